import { access } from "./access/en.ts";
import { access as accessZh } from "./access/zh-CN.ts";
import { actions } from "./actions/en.ts";
import { actions as actionsZh } from "./actions/zh-CN.ts";
import { batches } from "./batches/en.ts";
import { batches as batchesZh } from "./batches/zh-CN.ts";
import { clients } from "./clients/en.ts";
import { clients as clientsZh } from "./clients/zh-CN.ts";
import { common } from "./common/en.ts";
import { common as commonZh } from "./common/zh-CN.ts";
import { connect } from "./connect/en.ts";
import { connect as connectZh } from "./connect/zh-CN.ts";
import { headline } from "./headline/en.ts";
import { headline as headlineZh } from "./headline/zh-CN.ts";
import { history } from "./history/en.ts";
import { history as historyZh } from "./history/zh-CN.ts";
import { home, homeLive } from "./home/en.ts";
import { homeLive as homeLiveZh, home as homeZh } from "./home/zh-CN.ts";
import { keys } from "./keys/en.ts";
import { keys as keysZh } from "./keys/zh-CN.ts";
import { live } from "./live/en.ts";
import { live as liveZh } from "./live/zh-CN.ts";
import { models } from "./models/en.ts";
import { models as modelsZh } from "./models/zh-CN.ts";
import { overview } from "./overview/en.ts";
import { overview as overviewZh } from "./overview/zh-CN.ts";
import { requests } from "./requests/en.ts";
import { requests as requestsZh } from "./requests/zh-CN.ts";
import { units } from "./units/en.ts";
import { units as unitsZh } from "./units/zh-CN.ts";
import { webhooks } from "./webhooks/en.ts";
import { webhooks as webhooksZh } from "./webhooks/zh-CN.ts";

/** All texts of the pages. A text that a language lacks, or has in excess, is a type error. */
export const catalogues = {
  en: {
    access,
    actions,
    batches,
    clients,
    common,
    connect,
    headline,
    history,
    home,
    homeLive,
    keys,
    live,
    models,
    overview,
    requests,
    units,
    webhooks,
  },
  "zh-CN": {
    access: accessZh,
    actions: actionsZh,
    batches: batchesZh,
    clients: clientsZh,
    common: commonZh,
    connect: connectZh,
    headline: headlineZh,
    history: historyZh,
    home: homeZh,
    homeLive: homeLiveZh,
    keys: keysZh,
    live: liveZh,
    models: modelsZh,
    overview: overviewZh,
    requests: requestsZh,
    units: unitsZh,
    webhooks: webhooksZh,
  },
};
