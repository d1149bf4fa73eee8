import { z } from "zod";

/** The states of a request. */
export const requestStates = [
  "calling",
  "waiting",
  "delayed",
  "answered",
  "failed",
  "cancelled",
  "expired",
] as const;

/** See {@link requestStates}. */
export type RequestState = (typeof requestStates)[number];

const ms = z.int().nullable();
const time = z.string().nullable();

/** One request, open or ended, without its contents. */
const requestObjectSchema = z.object({
  id: z.string().nullable().meta({
    description:
      "`X-Request-Id`; of a request that is not over its job is known only",
  }),
  jobId: z.string().nullable(),
  kind: z.enum(["waiting", "background", "line"]).nullable().meta({
    description:
      "Whether its client waits, collects the answer later, or it is a line of a batch; null where the queue does not tell the first two apart",
  }),
  of: z
    .string()
    .nullable()
    .meta({ description: "The background request, or the batch" }),
  state: z.enum(requestStates).meta({
    description:
      "`delayed`: until its model or another try is due; `expired`: its time was up before its turn came",
  }),
  client: z.string().nullable(),
  model: z.string().nullable(),
  calledModel: z.string().nullable(),
  key: z
    .string()
    .nullable()
    .meta({ description: "Mask of the last one called with" }),
  priority: z.enum(["high", "normal", "low"]).nullable(),
  place: z.int().nullable().meta({ description: "In line, 1 for the next" }),
  status: z.int().nullable().meta({
    description: "What its client got; 499: it had gone",
  }),
  reason: z
    .string()
    .nullable()
    .meta({ description: "Code of the gateway's own error" }),
  error: z.string().nullable().meta({ description: "In words" }),
  createdAt: time.meta({ description: "ISO 8601, UTC" }),
  dueAt: time.meta({ description: "When a delayed one is in line again" }),
  deadline: time.meta({ description: "When its client stops waiting" }),
  endedAt: time,
  waitedMs: ms,
  callMs: ms.meta({ description: "The last call" }),
  totalMs: ms,
  attempts: z.int().meta({ description: "Calls of OpenRouter" }),
  tokens: z.object({ prompt: z.int(), completion: z.int() }).nullable(),
});

/** See {@link requestObjectSchema}. */
export type RequestObject = Readonly<z.output<typeof requestObjectSchema>>;

/** `GET /api/v1/requests`. */
export const requestListSchema = z.object({
  counts: z.object({
    calling: z.int(),
    waiting: z.int(),
    delayed: z.int(),
    ended: z.int().meta({ description: "Those that are remembered" }),
  }),
  requests: z.array(requestObjectSchema),
  looked: z.object({ requests: z.int(), open: z.int(), backTo: time }).meta({
    description:
      "How many were looked at to find these, how many of them are not over, and back to which time the others ended",
  }),
  next: z.string().nullable().meta({
    description: "`cursor` of the next page; null where there is none",
  }),
});

/** See {@link requestListSchema}. */
export type RequestList = Readonly<z.output<typeof requestListSchema>>;
