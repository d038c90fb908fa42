"""A profile that uses every key."""

from __future__ import annotations

WHOLE = """\
environment: staging
contracts:
  casino:     {url: https://wallet.example/casino, credentials: {api_key: ${KEY}, secret: ${SECRET}}}
  sportsbook:
    url: https://wallet.example/sportsbook
    credentials:
      user: ${USER_OF_WALLET}
      password: "${PASSWORD}"
    paths: {placebet: /bet/place}
    policies: {replay_balance: current}
    codes: {insufficient_funds: [NO_MONEY, 42], conflict: TWICE}
    capabilities: {lacks: [authenticate]}
    tls: {verify: false}
provision: {url: http://127.0.0.1:9000/__admin/player, token: ${TOKEN_OF_ADMIN}}
players:
  - {id: "60001001", contract: casino, currency: EUR, session: s-1, expired_session: ended-session, bets: [b-1, b-2]}
  - {id: 007, currency: USD, auth_token: ${TOKEN}}
games: [G1720761376617]
tls: {ca_bundle: ca.pem}
hooks: {restart: systemctl --user restart wallet}
limits: {parallel: 5, requests_per_second: 12.5}
waivers:
  - {requirement: CAS-SIG-07, reason: "comes with release 42", owner: wallet team, until: 2027-01-31}
wallet: Larkspur Wallet 2.14.1
issuer: Northgate Games
"""
