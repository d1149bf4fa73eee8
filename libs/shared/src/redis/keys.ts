/**
 * Every Redis key of the product, except those of the queue, which BullMQ makes
 * under `{prefix}:completions:`.
 *
 * The prefix is a hash tag, so that all keys live in one Redis Cluster slot and
 * a script may touch any of them. `{prefix}:absent` never exists, see `script.ts`.
 */
export function createRedisKeys(prefix: string) {
  const root = `{${prefix}}`;
  return {
    /** First part of every key. */
    root,
    /** HASH of an account's limits, day use, last use and parking. The script adds the account's name. */
    accountPrefix: `${root}:account:`,
    /** HASH from key id to the account that the key turned out to belong to, where its entry names another. */
    movedKeys: `${root}:moved-keys`,
    /** HASH from OpenRouter's user (a digest) to the account. */
    owners: `${root}:owners`,
    /** SORTED SET of key pools by when a worker was last seen using them (epoch ms). */
    pools: `${root}:pools`,
    /** First part of the keys of all pools. A script adds the pool's id, and what follows it below. */
    poolPrefix: `${root}:pool:`,
    /** SORTED SET of accounts that have a free slot, by last use (epoch ms). */
    poolIdle: (poolId: string) => `${root}:pool:${poolId}:idle`,
    /** SORTED SET of accounts without a free slot, by when they get one (epoch ms). */
    poolBusy: (poolId: string) => `${root}:pool:${poolId}:resting`,
    /** HASH from account to its usable key ids, comma-separated, next one first. */
    poolRotation: (poolId: string) => `${root}:pool:${poolId}:rotation`,
    /** HASH from key id to account and mask (JSON), usable or not. */
    poolMembers: (poolId: string) => `${root}:pool:${poolId}:members`,
    /** HASH from key id to why it is out of use (JSON). */
    retiredKeys: `${root}:retired-keys`,
    /** HASH from account without credit to when its pause ends (epoch ms) and how long it is (ms). */
    creditPauses: `${root}:credit-pauses`,
    /** STRING that says whether a pool's keys are being probed (`begun`) or have been (`ended`). */
    probeRound: (poolId: string) => `${root}:probe-round:${poolId}`,
    /** STRING held by the worker that probes one key on an operator's request. */
    probe: (keyId: string) => `${root}:probe:${keyId}`,
    /** STRING that exists when a slot was given back, so that it is not given back twice. */
    releasedSlot: (releaseId: string) => `${root}:released-slot:${releaseId}`,
    /** First part of the keys of all models. A script adds the model's name, and what follows it below. */
    modelPrefix: `${root}:model:`,
    /** STRING that exists while a model cools down. */
    modelCooldown: (model: string) => `${root}:model:${model}:cooldown`,
    /** STRING counting how often in a row a model had to cool down. */
    modelCooldownStep: (model: string) => `${root}:model:${model}:step`,
    /** STRING that exists while a model counts as gone. */
    modelGone: (model: string) => `${root}:model:${model}:gone`,
    /**
     * STRING: `proven` while a model has answered recently, or which call is to prove it, and since
     * when (epoch ms).
     */
    modelProof: (model: string) => `${root}:model:${model}:proof`,
    /** LIST of jobs that are delayed until a model is proven. */
    modelAwaited: (model: string) => `${root}:model:${model}:awaited`,
    /** HASH from model to OpenRouter's message when it was found gone (JSON). */
    goneModels: `${root}:gone-models`,
    /** HASH with figures of models' calls in one slice of time: count by field and model. */
    modelRecords: (span: "hour" | "day", slice: number) =>
      `${root}:model-records:${span}:${slice}`,
    /** SORTED SET of those slices to which counts came late, by when (epoch ms). */
    lateModelRecords: (span: "hour" | "day") =>
      `${root}:model-records:${span}:late`,
    /** HASH with OpenRouter's list of models: `version` and `list` (JSON). */
    catalogue: `${root}:catalogue`,
    /** STRING held by the gateway that reads OpenRouter's list of models. */
    catalogueLease: `${root}:catalogue-lease`,
    /** First part of the keys of all gateway processes. A script adds the process's id, and what follows it below. */
    gatewayPrefix: `${root}:gateway:`,
    /** STRING that exists while a gateway process is alive; `present` when it also listens on its channel. */
    gatewayAlive: (gatewayId: string) => `${root}:gateway:${gatewayId}:alive`,
    /** Pub/sub channel that a gateway process listens on, only to be visible there. */
    gatewayPresence: (gatewayId: string) =>
      `${root}:gateway:${gatewayId}:presence`,
    /** STREAM of replies for one gateway process. */
    gatewayReplies: (gatewayId: string) =>
      `${root}:gateway:${gatewayId}:replies`,
    /** STRING with the bytes of a stream that the client has taken. */
    streamTaken: (jobId: string) => `${root}:stream:${jobId}:taken`,
    /** LIST of the workers that have left a standing order, see `serve-order.lua`. Those of one version only: its call is this version's. */
    orders: (version: string) => `${root}:orders:${version}`,
    /** First part of the keys of all workers. A script adds the worker's id, and what follows it below. */
    workerPrefix: `${root}:worker:`,
    /** HASH of a worker's standing order: `call` (JSON) and how many jobs were `used` of it. */
    workerOrder: (workerId: string) => `${root}:worker:${workerId}:order`,
    /** Pub/sub channel on which a worker gets jobs by its standing order. */
    workerJobs: (workerId: string) => `${root}:worker:${workerId}:jobs`,
    /** Pub/sub channel that tells a worker how much the clients of its streams have taken. */
    workerCredits: (workerId: string) => `${root}:worker:${workerId}:credits`,
    /**
     * First part of the keys of fair shares, see `tags.lua`. A script adds the number of a priority: HASH with
     *
     * - `now`: the priority's time;
     * - `client:<id>`: when the client's last turn ends;
     * - `phase:<id>`: the client's phase; `begins`: how many phases there were;
     * - `weight:<id>`: the client's weight while it has jobs in line; `weights`: the sum of these.
     *
     * Behind the priority it adds the client: see `clientLine`.
     */
    sharesPrefix: `${root}:shares:`,
    /** SORTED SET of a client's jobs in line, by tag. */
    clientLine: (priority: number, client: string) =>
      `${root}:shares:${priority}:${client}`,
    /** STRING with the body of a request that is too large for its job. */
    body: (jobId: string) => `${root}:body:${jobId}`,
    /** First part of the marks below. A script adds the job's id. */
    cancelledPrefix: `${root}:cancelled:`,
    /** STRING that marks a job whose client has gone. */
    cancelled: (jobId: string) => `${root}:cancelled:${jobId}`,
    /** Pub/sub channel that tells workers which calls to abort. */
    cancellations: `${root}:cancellations`,
    /** HASH of a kept answer. The script adds the entry's id. */
    cacheEntryPrefix: `${root}:cache:entry:`,
    /** SORTED SET of kept answers by last use (epoch ms). */
    cacheUses: `${root}:cache:uses`,
    /** SORTED SET of kept answers by when they expire (epoch ms). */
    cacheExpiries: `${root}:cache:expiries`,
    /** HASH from kept answer to its bytes. */
    cacheSizes: `${root}:cache:sizes`,
    /** HASH held by the gateway that works on a shared request. */
    sharedLease: (key: string) => `${root}:shared:${key}:lease`,
    /** HASH with the reply to a shared request. */
    sharedAnswer: (key: string) => `${root}:shared:${key}:answer`,
    /** STRING that exists while another gateway waits for a shared request. */
    sharedInterest: (key: string) => `${root}:shared:${key}:wanted`,
    /** Pub/sub channel that tells gateways which shared requests have ended. */
    sharedNews: `${root}:shared-news`,
    /** SORTED SET of worker processes by when they were last seen (epoch ms). */
    workers: `${root}:workers`,
    /** SORTED SET of uploaded and generated files by creation (epoch ms). */
    files: `${root}:files`,
    /** HASH from file to its owner; empty without one. */
    fileOwners: `${root}:file-owners`,
    /** SORTED SET of files by when they expire (epoch ms). */
    filesByExpiry: `${root}:files-by-expiry`,
    /** STRING with a file's record (JSON); its content is in file storage. */
    file: (fileId: string) => `${root}:file:${fileId}`,
    /** SORTED SET of batches by creation (epoch ms). */
    batches: `${root}:batches`,
    /** HASH from batch to its owner; empty without one. */
    batchOwners: `${root}:batch-owners`,
    /** SORTED SET of batches that have not ended, by creation (epoch ms). */
    openBatches: `${root}:open-batches`,
    /** HASH with a batch's record. */
    batch: (batchId: string) => `${root}:batch:${batchId}`,
    /** STRING held by the gateway that leads a batch. */
    batchLease: (batchId: string) => `${root}:batch:${batchId}:lease`,
    /** HASH from a batch's line that was put back and has no result to the number of its latest job, and its failed tries. */
    batchRetries: (batchId: string) => `${root}:batch:${batchId}:retries`,
    /** SORTED SET of journals of ended batches by when they may be removed (epoch ms). */
    journalsToRemove: `${root}:journals-to-remove`,
    /** HASH with the record of a background request. */
    background: (id: string) => `${root}:background:${id}`,
    /** SORTED SET of background requests that have not ended, by creation (epoch ms). */
    openBackground: `${root}:open-background`,
    /** HASH from open background request to the gateway process that leads it. */
    backgroundLeaders: `${root}:background-leaders`,
    /** HASH from open background request to the job that stands for it. */
    backgroundJobs: `${root}:background-jobs`,
    /** HASH from client to how many of its background requests are open. */
    backgroundCounts: `${root}:background-counts`,
    /** SORTED SET of background requests by when they are removed (epoch ms). */
    backgroundByExpiry: `${root}:background-by-expiry`,
    /** SORTED SET of background responses whose end is not published yet, by their end (epoch ms). */
    backgroundUntold: `${root}:background-untold`,
    /** First part of the HASHes of deliveries of events to webhooks. A script adds the event's id. */
    deliveryPrefix: `${root}:delivery:`,
    /** SORTED SET of deliveries by creation (epoch ms). */
    deliveries: `${root}:deliveries`,
    /** SORTED SET of deliveries that wait, by their next try (epoch ms). */
    deliveriesDue: `${root}:deliveries-due`,
    /** SORTED SET of deliveries that have ended, by their end (epoch ms). */
    deliveriesOver: `${root}:deliveries-over`,
    /** HASH from client to how many of its deliveries wait. */
    deliveryCounts: `${root}:delivery-counts`,
    /** STRING with what a living worker reports about itself (JSON). */
    workerDetails: (workerId: string) => `${root}:worker:${workerId}:details`,
    /** SORTED SET of models that cool down, by when that ends (epoch ms). */
    coolingModels: `${root}:cooling-models`,
    /**
     * SORTED SET of account, model and setting (JSON) where an account does not serve a model, by
     * expiry (epoch ms).
     */
    accountRefusals: `${root}:account-refusals`,
    /** HASH from key id to the result of its last probe (JSON). */
    probeResults: `${root}:probe-results`,
    /** Pub/sub channel for operators' commands to the workers. */
    workerCommands: `${root}:worker-commands`,
    /** HASH of the counts of all processes in one slice of time of this length. */
    statistics: (length: "seconds" | "minute" | "hour", slice: number) =>
      `${root}:statistics:${length}:${slice}`,
    /** SORTED SET of those slices to which counts came late, by when (epoch ms). */
    lateStatistics: (length: "seconds" | "minute" | "hour") =>
      `${root}:statistics:${length}:late`,
    /** STRING with the number of the last piece that a process has written of its counts, or of its ended requests. */
    lastWritten: (senderId: string) => `${root}:written:${senderId}`,
    /** STREAM of requests that have ended, an entry each (JSON), for the operators' page. */
    endedRequests: `${root}:ended-requests`,
    /** STRING with the longest time between the end of one of those and its entry (ms), where that was late. */
    endedRequestsDelay: `${root}:ended-requests-delay`,
    /** HASH of clients' use on one UTC day, in one of its shards: count by field, client and model. */
    usage: (day: string, shard: number) => `${root}:usage:${day}:${shard}`,
    /** HASH from client to its record with the digest of its key (JSON). */
    clients: `${root}:clients`,
    /**
     * First part of the keys of clients' use. A script adds the client's id, and what follows it:
     * see `budgets/`.
     */
    clientPrefix: `${root}:client:`,
    /** SORTED SET of a client's jobs that wait for its budget, by priority and arrival. */
    clientWaiting: (client: string) => `${root}:client:${client}:waiting`,
    /** SORTED SET of clients whose jobs wait for their budget, by when to check them again (epoch ms). */
    clientsDue: `${root}:clients-due`,
    /** HASH from a client's name in lower case to the client. */
    clientNames: `${root}:client-names`,
    /** STRING that counts changes of clients. Once it exists keys are required, unless it is 0. */
    clientsVersion: `${root}:clients-version`,
    /** Pub/sub channel that tells gateways which clients have changed. */
    clientNews: `${root}:client-news`,
    /** First part of the counters of failed log-ins. */
    failedLogins: `${root}:failed-logins`,
    /** STRING that exists while a session of the admin pages lasts; the digest is of its id. */
    adminSession: (digest: string) => `${root}:admin-session:${digest}`,
    /** HASH from reported condition to when it held last (epoch ms). */
    toldConditions: `${root}:told-conditions`,
    /** STRING of something that operators asked for and that is done once: empty while it is under way, then its result (JSON); the digest is of what it is. */
    onceDone: (digest: string) => `${root}:once:${digest}`,
    /** STRING that exists for a while after one gateway has notified people. */
    notifyTurn: `${root}:notify-turn`,
    /** STRING that exists until a sign-in link is used or expires; the digest is of its token. */
    signInLink: (digest: string) => `${root}:sign-in-link:${digest}`,
  };
}

/** See {@link createRedisKeys}. */
export type RedisKeys = ReturnType<typeof createRedisKeys>;
