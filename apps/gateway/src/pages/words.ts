/** What all open pages say. `{{name}}` stands for a value. */
export const commonWords = {
  product: "Free Pool",
  skip: "Skip to the content",
  navigation: "Pages",
  home: "Home",
  connect: "Connect",
  api: "API",
  admin: "Admin",
} as const;
