import {
  errorAnswer,
  type HttpAnswer,
  jsonAnswer,
} from "./answers/http-answer.ts";
import { readBill } from "./calls/bill.ts";
import type { CallFilter } from "./calls/call-log.ts";
import { summarise } from "./calls/summary.ts";
import type { ScriptRule } from "./faults/faults.ts";
import type { SettingsPatch, SimulatorSettings } from "./settings.ts";
import type { Simulation } from "./simulation.ts";

/** Everything below this path steers the simulator and is not logged. */
export const CONTROL_PATH = "/__simulator";

function showSettings(simulation: Simulation): HttpAnswer {
  const { settings, script } = simulation;
  return jsonAnswer(200, { ...settings, script: script.rules });
}

function readFilter(query: URLSearchParams): CallFilter {
  const { since, limit, ...names } = Object.fromEntries(query);
  return {
    ...names,
    ...(since === undefined ? {} : { since: Number(since) }),
    ...(limit === undefined ? {} : { limit: Number(limit) }),
  };
}

/** Answers a control request; the body is trusted, for it comes from a test. */
export function control(
  simulation: Simulation,
  request: { method: string; url: URL; body: string },
): HttpAnswer {
  const { method, url, body } = request;
  switch (`${method} ${url.pathname.slice(CONTROL_PATH.length)}`) {
    case "GET /settings":
      return showSettings(simulation);
    case "PUT /settings":
      simulation.replaceSettings(JSON.parse(body) as SimulatorSettings);
      return showSettings(simulation);
    case "PATCH /settings":
      simulation.patchSettings(JSON.parse(body) as SettingsPatch);
      return showSettings(simulation);
    case "POST /script":
      simulation.script.append([JSON.parse(body) as ScriptRule[]].flat());
      return jsonAnswer(200, { rules: simulation.script.rules });
    case "DELETE /script":
      simulation.script.replace([]);
      return jsonAnswer(200, { rules: [] });
    case "GET /calls":
      return jsonAnswer(200, {
        calls: simulation.log.select(readFilter(url.searchParams)),
      });
    case "GET /bill":
      return jsonAnswer(200, readBill(simulation.log));
    case "DELETE /calls":
      simulation.log.clear();
      simulation.resetQuotas();
      return jsonAnswer(200, {});
    case "GET /summary": {
      const windowMs = Number(url.searchParams.get("windowMs"));
      const judged = windowMs > 0 ? windowMs : simulation.settings.windowMs;
      return jsonAnswer(200, summarise(simulation.log, judged));
    }
    case "POST /calls/take": {
      const taken = summarise(simulation.log, simulation.settings.windowMs);
      simulation.log.clear();
      return jsonAnswer(200, taken);
    }
    case "POST /quota/reset":
      simulation.resetQuotas();
      return jsonAnswer(200, {});
    default:
      return errorAnswer(404, `no control endpoint ${method} ${url.pathname}`);
  }
}
