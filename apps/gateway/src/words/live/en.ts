/** Texts of the admin pages' scripts, shown later than the server's. */
export const live = {
  asOf: "Live, as of {time} UTC",
  lost: "No answer from the gateway; trying again",
  newest: "{title}. Newest: {values}.",
  and: " and ",
} as const;
