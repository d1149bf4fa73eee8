import { Router } from "express";
import { GatewayError } from "../errors/gateway-error.ts";

/** OpenRouter's routes about the account behind a key. */
const accountPaths = [
  "/key",
  "/auth/key",
  "/credits",
  "/generation",
  "/activity",
];

/** Explains why OpenRouter's routes about an account are not served. */
export function refuseAccountRoutes(): Router {
  const router = Router();
  router.all(accountPaths, () => {
    throw new GatewayError(
      "not-found",
      "Not offered here: it would show the account of one of the pool's keys; see /api/v1/keys/status",
    );
  });
  return router;
}
