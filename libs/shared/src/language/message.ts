/** The texts of one area, by name. */
type Words = Readonly<Record<string, string>>;

/** All texts of an app in one language, by area. */
export type Catalogue = Readonly<Record<string, Words>>;

/** The same texts in another language: the same names, no other. */
export type Translation<Original extends Words> = {
  readonly [Name in keyof Original]: string;
};

/** The key of a text: `area.name`. */
export type KeyOf<C extends Catalogue> = {
  [Area in keyof C & string]: `${Area}.${keyof C[Area] & string}`;
}[keyof C & string];

/** The text of a key. */
export type MessageOf<
  C extends Catalogue,
  Key extends string,
> = Key extends `${infer Area extends keyof C & string}.${infer Name}`
  ? C[Area][Name]
  : never;

/** A value of a placeholder. */
type Value = string | number;

/** The values that a text needs, as arguments: none, or an object of them. */
export type ValuesFor<Message> =
  IsAny<Message> extends true
    ? [values?: Readonly<Record<string, Value>>]
    : [PlacesIn<Message>] extends [never]
      ? []
      : [values: { readonly [Place in PlacesIn<Message>]: Value }];

type IsAny<T> = string extends T ? true : false;

/**
 * The names of the placeholders in an ICU message. A brace opens a placeholder, or a branch of a
 * plural or select, which follows text such as `, one {` or `} other {`; a brace after an
 * apostrophe is text.
 */
type PlacesIn<Message> = Message extends `${infer Before}{${infer Rest}`
  ?
      | (Before extends `${string}${Branch} ` | `${string}'`
          ? never
          : NameAtStart<Rest>)
      | PlacesIn<Rest>
  : never;

type Branch = `${"," | "}"} ${"one" | "other" | "=0" | "yes" | "no"}`;

type NameAtStart<Text> = Text extends `${infer Head}}${string}`
  ? Head extends `${infer Name},${string}`
    ? Name
    : Head
  : never;
