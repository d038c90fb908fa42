// What real JavaScript makes of a value: the text of JSON.stringify, and the casino signature over it.
// Run `node tests/vectors/record.js > tests/vectors/javascript.json` to record the table again; a test compares the two.
"use strict";
const crypto = require("crypto");

const transaction = {
  transactionId: "dd96bda3-9990-4aed-9679-f451a4b82ac4", refTransactionId: "21848853-1198-4dde-9a21-bb9598398a8c",
  sessionId: "session", roundId: "round", playerId: "18865671", gameId: "G1720761376617", currency: "EUR",
  amount: 250000000, isWin: true,
};

const values = {
  "empty object": {},
  "empty array": [],
  "empty string": "",
  "empty strings as keys and values": { "": "" },
  "null": null,
  "true": true,
  "false": false,
  "zero": 0,
  "one": 1,
  "a negative number": -1,
  "2^31": 2147483648,
  "2^32 + 1": 4294967297,
  "2^53 - 1": 9007199254740991,
  "a hundred thousandth": 1,
  "a settlement of one": { transactions: [transaction] },
  "a settlement of two": { transactions: [transaction, { ...transaction, amount: 0, isWin: false }] },
  "a settlement of none": { transactions: [] },
  "a lost bet": { ...transaction, amount: 0, isWin: false },
  "keys in the order as written": { b: 1, a: 2, C: 3, B: 4 },
  "nested arrays": [[], [[]], [1, [2, [3, [4]]]]],
  "nested objects": { a: { b: { c: { d: {} } } } },
  "mixed nesting": { a: [{ b: [{ c: "d" }] }, [], {}] },
  "an array of everything": [null, true, false, 0, "", [], {}],
  "accents": "é è ê ü ñ ç ø å",
  "composed e with acute": "\u00e9",
  "decomposed e with acute": "e\u0301",
  "Greek, Cyrillic and Hebrew": "Ελληνικά Русский עברית",
  "Chinese, Japanese and Korean": "中文 日本語 한국어",
  "Arabic digits": "٠١٢٣٤٥٦٧٨٩",
  "right to left marks": "\u200fabc\u202e",
  "an emoji": "😀",
  "a family of emojis": "👨‍👩‍👧‍👦",
  "a flag": "🇪🇺",
  "the last code point": "\u{10ffff}",
  "non-ASCII keys": { "ключ": "значение", "鍵": 1, "😀": 2 },
  "a high surrogate alone": "\ud83d",
  "a low surrogate alone": "\ude00",
  "surrogates in the wrong order": "\ude00\ud83d",
  "a pair and a half": "\ud83d\ude00\ud83d",
  "two high halves and a low one": "\ud83d\ud83d\ude00",
  "half a pair between letters": "a\udc00b",
  "half a pair as a key": { "\ud800": "\udfff" },
  "quotation marks": "\"'`",
  "backslashes": "\\ \\\\ \\n",
  "slashes are not escaped": "https://example.com/a/b",
  "markup is not escaped": "<script>alert('x') && 1</script>",
  "short escapes": "\b\t\n\f\r",
  "the null character": "\u0000",
  "control characters": Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join(""),
  "delete and the C1 controls": "\u007f\u0080\u009f",
  "line and paragraph separators": "\u2028\u2029",
  "a byte order mark inside": "a\ufeffb",
  "not characters": "\ufffe\uffff",
  "the replacement character": "\ufffd",
  "spaces of all kinds": " \u00a0\u2003\u3000",
  "a long id": "x".repeat(300),
  "text that looks like a number": "1e3",
  "text that looks like JSON": "{\"a\": [1, 2]}",
  "a non-ASCII round": { transactions: [{ ...transaction, roundId: "Rönde-日本-😀/\\\"" }] },
  "a fraction": 12.34567,
  "a tenth and two": [0.1, 0.2],
};

// Texts whose keys JavaScript itself puts into another order, so that they cannot be written as values.
const texts = {
  "keys that look like array indices come first": '{"b": 1, "10": 2, "9": 3, "a": 4, "0": 5}',
  "keys that only nearly look like array indices": '{"b": 1, "01": 2, "-1": 3, "1.0": 4, " 1": 5, "4294967295": 6}',
  "the largest array index": '{"b": 1, "4294967294": 2}',
  "array indices and text before the digits": '{"!": 1, "": 2, "7": 3, "~": 4}',
  "a key called __proto__": '{"__proto__": 1, "a": 2}',
  "spaces between the tokens": '{ "a" : [ 1 , 2 ] ,\n "b" : "c d" }',
  "escapes that are not needed": '"\\u0041\\/\\u00e9"',
};

const secrets = ["secret", "pässwörd", "a much longer secret than the block of a hash, which is sixty-four bytes long, and so is hashed first"];
const ascii = (text) => text.replace(/[\u007f-\uffff]/g, (unit) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0"));

const written = Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]);
const rows = [...written, ...Object.entries(texts)].map(([name, source], index) => {
  const text = JSON.stringify(JSON.parse(source));
  const secret = secrets[index % secrets.length];
  const timestamp = String(1731504451691 + index);
  const signature = crypto.createHmac("sha256", secret).update(text + "|" + timestamp).digest("hex");
  return { name, value: ascii(source), bytes: Buffer.from(text, "utf8").toString("base64"), secret, timestamp, signature };
});
process.stdout.write("[\n" + rows.map((row) => ascii(JSON.stringify(row))).join(",\n") + "\n]\n");
