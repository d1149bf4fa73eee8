import { batch } from "./batch/en.ts";
import { batch as batchZh } from "./batch/zh-CN.ts";
import { help } from "./help/en.ts";
import { help as helpZh } from "./help/zh-CN.ts";
import { input } from "./input/en.ts";
import { input as inputZh } from "./input/zh-CN.ts";
import { operating } from "./operating/en.ts";
import { operating as operatingZh } from "./operating/zh-CN.ts";

/** All texts of the terminal. A text that a language lacks, or has in excess, is a type error. */
export const catalogues = {
  en: { batch, help, input, operating },
  "zh-CN": {
    batch: batchZh,
    help: helpZh,
    input: inputZh,
    operating: operatingZh,
  },
};
