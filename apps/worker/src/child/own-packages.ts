import { registerHooks } from "node:module";

/** What every handler may import, wherever its file is: it need not have an installation of its own. */
const OWN = /^(?:@mutirao\/protocol|zod)(?:\/|$)/;

/** Where a handler's module finds no such package beside itself, it is given ours. */
export function lendOwnPackages(): void {
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!OWN.test(specifier)) throw error;
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}
