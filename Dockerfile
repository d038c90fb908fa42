# walletproof as an image: `docker build -t walletproof .`; docs/ci/README.md says how to run it.
# The profile is looked for in /wallet, and reports that are named without a folder are written there.
FROM python:3.12-slim AS build
WORKDIR /source
COPY . .
# The build backend comes first, so that nothing unpinned is downloaded for the build.
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --constraint constraints.txt hatchling \
    && /venv/bin/pip install --no-cache-dir --constraint constraints.txt --no-build-isolation . pytest-xdist \
    && /venv/bin/pip uninstall --yes hatchling

FROM python:3.12-slim
COPY --from=build /venv /venv
RUN useradd --create-home --uid 10001 walletproof && mkdir /wallet && chown walletproof /wallet
ENV PATH="/venv/bin:$PATH" PYTHONUNBUFFERED=1
USER 10001
WORKDIR /wallet
ENTRYPOINT ["walletproof"]
CMD ["--help"]
