import { catalogues } from "../../words/catalogue.ts";
import { say } from "../../words/say.ts";

type State = keyof typeof catalogues.en.operating extends infer Name
  ? Name extends `state.${infer State}`
    ? State
    : never
  : never;

/** A state in words; an unknown state of a newer gateway stays as it is. */
export function sayState(state: string): string {
  return isKnown(state) ? say(`operating.state.${state}`) : state;
}

function isKnown(state: string): state is State {
  return Object.hasOwn(catalogues.en.operating, `state.${state}`);
}
