/**
 * Texts to confirm an action, and to say that it is done; `{target}` is a key's mask, an account, a
 * model, a batch, an event or a request.
 */
export const actions = {
  "pause.question": "Pause the queue?",
  "pause.consequence":
    "Workers take no more requests; calls in flight go on. New requests wait, and those whose time runs out are answered with 504.",
  "pause.button": "Pause the queue",
  "pause.done": "The queue is paused.",
  "resume.question": "Resume the queue?",
  "resume.consequence": "Workers go on where they stopped.",
  "resume.button": "Resume the queue",
  "resume.done": "The queue goes on.",
  "take-out.question": "Disable {target}?",
  "take-out.consequence":
    "No further call is made with it until somebody enables it; a call in flight goes on. If it is the last usable key, new requests are refused.",
  "take-out.button": "Disable",
  "take-out.done": "{target} is disabled.",
  "put-back.question": "Enable {target}?",
  "put-back.consequence":
    "Calls are made with it again as soon as a slot is free.",
  "put-back.button": "Enable",
  "put-back.done": "{target} is enabled.",
  "probe.question": "Check {target} now?",
  "probe.consequence":
    "A worker asks OpenRouter for the key's state, which costs no quota. A key that is well comes back into use, one that is refused goes out.",
  "probe.button": "Check now",
  "probe.done": "A worker checks {target}; its row tells the answer.",
  "unpark.question": "End the parking of {target}?",
  "unpark.consequence":
    "OpenRouter said that this account is limited. If that still holds, the next call is refused and the account parked again.",
  "unpark.button": "End the parking",
  "unpark.done": "{target} is called again.",
  "end-cooldown.question": "End the cooldown of {target}?",
  "end-cooldown.consequence":
    "Its delayed requests go out at once. If the model is still overloaded, it cools down again.",
  "end-cooldown.button": "End the cooldown",
  "end-cooldown.done": "{target} is called again.",
  "cancel-batch.question": "Cancel {target}?",
  "cancel-batch.consequence":
    "Its lines that wait are not called any more; calls in flight may finish. What it has is kept, and the rest can be called again later with Retry failed.",
  "cancel-batch.button": "Cancel the batch",
  "cancel-batch.done": "{target} is being cancelled.",
  "retry-batch.question": "Call the failed lines of {target} again?",
  "retry-batch.consequence":
    "A new batch is made of the lines that have no successful answer, for the same client. It takes quota; the old batch stays as it is.",
  "retry-batch.button": "Call them again",
  "retry-batch.done": "A new batch has the failed lines of {target}.",
  "forget-gone.question": "Forget that {target} is gone?",
  "forget-gone.consequence":
    "The next request for it is one call that finds out whether OpenRouter serves it again; others wait for what it says.",
  "forget-gone.button": "Forget it",
  "forget-gone.done": "{target} may be called again.",
  "send-event.question": "Send {target} again?",
  "send-event.consequence":
    "It goes out at once under the same webhook-id, so that a receiver that has it already can tell; without an answer it is tried for 3 days more.",
  "send-event.button": "Send it",
  "send-event.done": "{target} is on its way.",
  "send-again.question": "Send {target} again?",
  "send-again.consequence":
    "It takes quota. A background request is asked again under a new id, which the list shows, for the same client. Another one has no client any more: its answer stays with its job in bull-board.",
  "send-again.button": "Send it again",
  "send-again.done": "{target} is sent again.",
  unknownTarget: "There is no such thing",
  unknownTargetDetail: "The key or account is not in the pool any more.",
  nothingToDo: "There was nothing to do",
  nothingToDoDetail:
    "No worker has this key, or what was to be ended had ended by itself.",
} as const;
