/**
 * The version of BullMQ whose data and arguments this folder relies on.
 *
 * Its contract test names what an upgrade must keep, or what to change here.
 */
export const bullmqVersion = "6.7.0";
