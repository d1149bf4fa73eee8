import { until } from "../until.ts";
import { chat } from "./chat.ts";

/** Waits until a gateway has OpenRouter's list of models: a name that is not in it is refused. */
export async function untilModelsKnown(url: string): Promise<void> {
  await until("the list of models is known", async () => {
    const { status } = await chat(url, { model: "nobody/nothing:free" });
    return status === 404;
  });
}
