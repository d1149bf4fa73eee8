import { catalogues } from "../../words/catalogue.ts";
import { say } from "../../words/say.ts";

type State = keyof typeof catalogues.en.operating extends infer Name
  ? Name extends `state.${infer State}`
    ? State
    : never
  : never;

/** A state in words; one of a newer gateway, which has none yet, as the gateway calls it. */
export function sayState(state: string): string {
  return isKnown(state) ? say(`operating.state.${state}`) : state;
}

function isKnown(state: string): state is State {
  return Object.hasOwn(catalogues.en.operating, `state.${state}`);
}
