/** East Asian wide characters, which take two columns of a terminal. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  return [...text].reduce((sum, each) => sum + (wide.test(each) ? 2 : 1), 0);
}

/** The beginning of a text that takes at most `columns`. */
export function fit(text: string, columns: number): string {
  let kept = "";
  let width = 0;
  for (const each of text) {
    width += widthOf(each);
    if (width > columns) break;
    kept += each;
  }
  return kept;
}
