/** Texts of the log-in and of pages with one message. */
export const access = {
  logIn: "Log in",
  userName: "User name",
  password: "Password",
  locked:
    "Too many wrong passwords from your address. Try again in {minutes} min.",
  wrong: "That user name and password do not belong together.",
  signIn: "Sign in first",
  signInDetail:
    "No ADMIN_PASSWORD is set, so only a sign-in link opens these pages. The gateway shows one in its log when it starts, and a new one when that is used up or an hour old.",
  linkUsed: "This link cannot be used any more",
  linkUsedDetail:
    "A sign-in link works once and for an hour. The gateway's log shows a new one.",
  otherSite: "Not from there",
  otherSiteDetail: "Another site sent this request; nothing was done.",
  notFound: "Not found",
  notFoundDetail: "There is no such page.",
  backToKeys: "Back to the keys",
  staleForm: "That page was too old",
  staleConfirmation:
    "Nothing was done. Open the page again and confirm once more.",
  staleFormDetail:
    "Nothing was done. Open the page again and send it once more.",
  staleKey: "Nothing was done. Open the page again.",
  refused: "That cannot be done",
} as const;
