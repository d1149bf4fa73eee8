/** Why an input cannot be read. */
export const input = {
  encoding:
    "The input is not valid {encoding}: name its encoding with --encoding, such as latin1, windows-1252, gbk, shift_jis or utf-16le",
  unreadable: "The input cannot be read: {reason}",
  noParquet: "{path} is no Parquet file",
  badParquet: "{path} is no Parquet file that can be read: {reason}",
  parquetFile: "Parquet is read from a file, not from standard input",
  needsTemplate:
    "A table needs --template, such as \"Translate into '{'language'}': '{'text'}'\"",
  lineTooLong: "Line {line} is too long",
  severalLines:
    "The input looks like JSON over several lines: write one object a line, or one array",
  isFolder: "{path} is a folder",
  noFile: "There is no file {path}",
  notReadable: "{path} may not be read",
  badItem: "Item {item} is neither an object nor a string",
  arrayTooLarge:
    "A JSON array of this size is not read; write one object a line (JSON lines)",
  badArray: "The input is not a valid JSON array: {reason}",
  noArray: "The input is not a JSON array",
  noBatchLine:
    "Line {line} is no batch line: it needs custom_id, method, url and body",
  badLine: "Line {line} is not valid JSON",
  badTable: "The table cannot be read: {reason}",
  noPrompt:
    '{place} has neither "prompt" nor "messages"; a prompt of other fields is made with --template',
  "place.line": "Line {number}",
  "place.row": "Row {number}",
  "place.item": "Item {number}",
  noColumn: 'The template wants a column "{name}"; there are: {columns}',
} as const;
