import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { Environment } from './proxy-choice.ts';

/** What a TLS connection to one host needs besides the defaults; all PEM. */
export interface TlsTrust {
  /** Every authority that counts, the usual ones included; undefined where the usual ones are all. */
  readonly ca?: string[];
  readonly cert?: string[];
  readonly key?: string[];
}

/**
 * Authorities and client certificates for `host[:port]`: `SSL_CERT_FILE` (instead of the usual authorities, as OpenSSL
 * and Go read it), `NODE_EXTRA_CA_CERTS` (besides them), and the folder `certs.d/HOST` of Docker or podman with `*.crt`
 * (authorities, besides them), `*.cert` and `*.key` (a client certificate). INPUT_INVALID for a file that cannot be used.
 */
export async function readTlsTrust(url: URL, environment: Environment): Promise<TlsTrust> {
  const own = await readHostFolder(url, environment);
  const instead = await readNamed(environment, 'SSL_CERT_FILE');
  const besides = await readNamed(environment, 'NODE_EXTRA_CA_CERTS');
  const clientCertificate = own.cert.length === 0 ? {} : { cert: own.cert, key: own.key };
  if (instead === undefined && besides === undefined && own.ca.length === 0) return clientCertificate;
  const { getCACertificates } = await import('node:tls');
  const usual = instead === undefined ? getCACertificates('default') : [instead];
  return { ca: [...usual, ...(besides === undefined ? [] : [besides]), ...own.ca], ...clientCertificate };
}

interface HostFolder {
  readonly ca: string[];
  readonly cert: string[];
  readonly key: string[];
}

/** The first folder that is there counts alone, as podman does it: the user's before the machine's. */
async function readHostFolder(url: URL, environment: Environment): Promise<HostFolder> {
  for (const folder of hostFolders(url, environment)) {
    const names = await readdir(folder).catch(() => undefined);
    if (names === undefined) continue;
    const certificates = names.filter((name) => name.endsWith('.cert')).toSorted();
    const keys = certificates.map((name) => name.replace(/cert$/, 'key'));
    const alone = names.find((name) => name.endsWith('.key') && !certificates.includes(name.replace(/key$/, 'cert')));
    if (alone !== undefined) throw unusable(join(folder, alone), 'it has no certificate NAME.cert beside it');
    const read = (name: string): Promise<string> => readPem(join(folder, name));
    return {
      ca: await Promise.all(
        names
          .filter((name) => name.endsWith('.crt'))
          .toSorted()
          .map(read),
      ),
      cert: await Promise.all(certificates.map(read)),
      key: await Promise.all(keys.map(read)),
    };
  }
  return { ca: [], cert: [], key: [] };
}

function hostFolders(url: URL, environment: Environment): readonly string[] {
  const home = environment['HOME'] || homedir();
  const configs = environment['XDG_CONFIG_HOME'] || join(home, '.config');
  const hosts = url.port === '' ? [`${url.hostname}:443`, url.hostname] : [url.host];
  return [
    join(configs, 'containers'),
    join(configs, 'docker'),
    join(home, '.docker'),
    '/etc/containers',
    '/etc/docker',
  ].flatMap((root) => hosts.map((host) => join(root, 'certs.d', host)));
}

async function readNamed(environment: Environment, variable: string): Promise<string | undefined> {
  const file = environment[variable];
  return file === undefined || file === '' ? undefined : readPem(file, variable);
}

async function readPem(file: string, variable?: string): Promise<string> {
  const from = variable === undefined ? '' : `, which ${variable} names`;
  try {
    const text = await readFile(file, 'utf8');
    if (text.includes('-----BEGIN ')) return text;
  } catch (error) {
    throw unusable(file, `it cannot be read${from}`, error);
  }
  throw unusable(file, `it holds no PEM block${from}`);
}

function unusable(file: string, found: string, cause?: unknown): CutwaterError {
  return new CutwaterError('INPUT_INVALID', `Cannot use the certificates in ${quote(file)}: ${found}`, {
    hint: 'Mend or remove the file named above',
    cause,
  });
}
