import type { Translation } from "@openrouter-free-pool/shared/language/message";
import type { input as original } from "./en.ts";

export const input: Translation<typeof original> = {
  encoding:
    "输入不是有效的 {encoding}：请用 --encoding 指明编码，例如 latin1、windows-1252、gbk、shift_jis 或 utf-16le",
  unreadable: "无法读取输入：{reason}",
  noParquet: "{path} 不是 Parquet 文件",
  badParquet: "{path} 不是可以读取的 Parquet 文件：{reason}",
  parquetFile: "Parquet 只能从文件读取，不能从标准输入读取",
  needsTemplate: "表格需要 --template，例如 \"译成'{'language'}'：'{'text'}'\"",
  lineTooLong: "第 {line} 行太长",
  severalLines: "输入看起来是跨多行的 JSON：请每行写一个对象，或写成一个数组",
  isFolder: "{path} 是文件夹",
  noFile: "没有文件 {path}",
  notReadable: "{path} 无法读取",
  badItem: "第 {item} 项既不是对象也不是字符串",
  arrayTooLarge: "JSON 数组太大，无法读取；请每行写一个对象（JSON 行）",
  badArray: "输入不是有效的 JSON 数组：{reason}",
  noArray: "输入不是 JSON 数组",
  noBatchLine:
    "第 {line} 行不是批处理条目：需要 custom_id、method、url 和 body",
  badLine: "第 {line} 行不是有效的 JSON",
  badTable: "无法读取表格：{reason}",
  noPrompt:
    '{place}既没有 "prompt" 也没有 "messages"；用其他字段组成提示词请使用 --template',
  "place.line": "第 {number} 行",
  "place.row": "第 {number} 行",
  "place.item": "第 {number} 项",
  noColumn: '模板需要列 "{name}"；现有的列：{columns}',
};
