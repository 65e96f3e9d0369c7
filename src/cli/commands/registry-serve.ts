import { once } from 'node:events';
import { resolve } from 'node:path';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openGit } from '../compose-git.ts';
import { registryFolder } from '../compose-registry.ts';
import { serveRegistry } from '../compose-server.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater registry serve` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const folder = await folderOf(input, context);
  const file = (name: string): string | undefined => {
    const asked = input.text(name);
    return asked === undefined ? undefined : resolve(context.cwd, asked);
  };
  const server = await serveRegistry({
    folder,
    host: input.text('host') ?? '127.0.0.1',
    port: input.number('port') ?? 0,
    readOnly: input.flag('read-only'),
    sparse: input.flag('sparse'),
    immutable: input.list('immutable'),
    authFile: file('auth-file'),
    anonymousRead: input.flag('anonymous-read'),
    tlsCert: file('tls-cert'),
    tlsKey: file('tls-key'),
    insecure: input.flag('insecure'),
  });
  if (context.options.json)
    writeJson(context.stdout, { schema: 'cutwater.registry/1', url: server.url, port: server.port, folder });
  else context.stdout.write(`Serving ${folder} on ${server.url} (Ctrl-C ends it)\n`);
  if (!context.signal.aborted) await once(context.signal, 'abort');
  await server.close();
  return exitCodes.done;
}

async function folderOf(input: CommandInput, context: CliContext): Promise<string> {
  const asked = input.text('folder');
  return asked === undefined
    ? registryFolder(context, await openGit(context).topFolder())
    : resolve(context.cwd, asked);
}
