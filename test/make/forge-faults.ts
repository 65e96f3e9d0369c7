import type { ForgeServer } from './forge-servers.ts';

/** Something that goes wrong on the way to a forge or in it, though it did what it was asked for. */
export type ForgeFault = 'the answer is lost' | 'it answers 500' | 'a proxy answers 502' | 'reads show what was before';

/** Lets the first try of each write go wrong so; or with the last of them, the next so many reads. */
export function inject(server: ForgeServer, fault: ForgeFault, reads = 3): void {
  const tried = new Set<string>();
  let before: (() => void) | undefined;
  let left = 0;
  server.interfere(({ method, path }, response) => {
    if (method === 'GET') {
      if (before === undefined || left === 0 || isFileOrNumber(path)) return undefined;
      left -= 1;
      const now = server.keep();
      before();
      // It answers in this very turn.
      queueMicrotask(now);
      return undefined;
    }
    if (fault === 'reads show what was before') {
      [before, left] = [server.keep(), reads];
      return undefined;
    }
    if (tried.has(`${method} ${path}`)) return undefined;
    tried.add(`${method} ${path}`);
    if (fault === 'the answer is lost') {
      response.writeHead = () => response.destroy();
      return undefined;
    }
    const [status, page] = fault === 'it answers 500' ? [500, '{"message":"oops"}'] : [502, '<html>Bad Gateway</html>'];
    const { writeHead, end } = response;
    response.writeHead = () => response;
    response.end = () => {
      response.setHeader('content-type', page.startsWith('{') ? 'application/json' : 'text/html');
      response.writeHead = writeHead;
      response.end = end;
      return response.writeHead(status).end(page);
    };
    return undefined;
  });
}

/** What is asked for by its own number, and files, are never older than what was written. */
function isFileOrNumber(path: string): boolean {
  return /^releases\/(?:assets\/)?\d+$|^\/attachments\/|\/packages\/generic\//.test(path);
}
