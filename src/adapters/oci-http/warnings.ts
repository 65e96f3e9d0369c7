import { escapeText } from '../../domain/quote.ts';
import type { RegistryHost } from './registry-hosts.ts';

/** Takes the `Warning` headers of a reply. */
export type WarningSink = (headers: readonly string[]) => void;

/** Passes on the text of `299` warnings (OCI distribution-spec, "Warnings"), escaped, each text of a host once. */
export function createWarningSink(host: RegistryHost, onWarning: ((text: string) => void) | undefined): WarningSink {
  return (headers) => {
    for (const header of headers)
      for (const [, text] of header.matchAll(/299 +- +"((?:[^"\\]|\\.)*)"/g)) {
        const warning = escapeText((text ?? '').replace(/\\(.)/g, '$1'));
        if (host.isNews(warning)) onWarning?.(warning);
      }
  };
}
