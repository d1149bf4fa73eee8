import {
  currentLanguage,
  inLanguage,
} from "@openrouter-free-pool/shared/language/current-language";
import {
  defaultLanguage,
  findLanguage,
  isLanguage,
  type Language,
  languages,
} from "@openrouter-free-pool/shared/language/languages";
import type { Request, RequestHandler } from "express";

const cookie = "orpool_language";
const cookieLifeMs = 365 * 86_400_000;
const chosen = new RegExp(`(?:^|;)\\s*${cookie}=([\\w-]+)`);

/** Each language's own name. */
const ownNames: Record<Language, string> = { en: "English", "zh-CN": "中文" };

/** A link to the same page in another language. */
type LanguageLink = {
  readonly language: Language;
  readonly name: string;
  readonly href: string;
};

/**
 * The following pages use the reader's language: the one chosen on a page, which a cookie keeps,
 * else the browser's first language that is supported. `?language=…` chooses one, and redirects to
 * the same page.
 */
export const chooseLanguage: RequestHandler = (request, response, next) => {
  const { language: wanted } = request.query;
  if (isLanguage(wanted) && request.method === "GET") {
    response.cookie(cookie, wanted, {
      httpOnly: true,
      sameSite: "lax",
      secure: request.secure,
      maxAge: cookieLifeMs,
    });
    return response.redirect(303, linkToSelf(request));
  }
  response.vary("Accept-Language").vary("Cookie");
  inLanguage(languageOf(request), () => {
    const language = currentLanguage();
    response.set("Content-Language", language);
    Object.assign(response.locals, {
      language,
      otherLanguages: listOthers(request, language),
    });
    next();
  });
};

function languageOf(request: Request): Language {
  const [, kept] = chosen.exec(request.get("cookie") ?? "") ?? [];
  if (isLanguage(kept)) return kept;
  const accepted = request
    .acceptsLanguages()
    .flatMap((tag) => findLanguage(tag) ?? []);
  return accepted[0] ?? defaultLanguage;
}

function listOthers(request: Request, current: Language): LanguageLink[] {
  return languages
    .filter((language) => language !== current)
    .map((language) => ({
      language,
      name: ownNames[language],
      href: linkToSelf(request, language),
    }));
}

/** Relative, so that it also works under a proxy's path. */
function linkToSelf(request: Request, language?: Language): string {
  const [path = "", search] = request.originalUrl.split("?", 2);
  const query = new URLSearchParams(search);
  query.delete("language");
  if (language) query.set("language", language);
  return `./${path.split("/").at(-1)}${query.size > 0 ? `?${query}` : ""}`;
}
