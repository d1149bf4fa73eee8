/** What the scripts of the admin pages say, later than the server does. */
export const live = {
  asOf: "Live, as of {time} UTC",
  lost: "No answer from the gateway; trying again",
  newest: "{title}. Newest: {values}.",
  and: " and ",
} as const;
