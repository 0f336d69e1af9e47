import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key in PEM files. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

/** A certification authority in a directory of its own, made with the command `openssl`. */
export class CertificationAuthority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'plenary-ca-'));
  readonly #own: Issued;
  #issued = 0;

  constructor(name = 'Test CA') {
    this.#own = this.#make(name, ['-addext', 'basicConstraints=critical,CA:TRUE']);
  }

  /** The file with its own certificate. */
  get file(): string {
    return this.#own.certificate;
  }

  get pem(): Buffer {
    return readFileSync(this.file);
  }

  /** A certificate for names as openssl writes them: `DNS:localhost`, `URI:sip:alice@example.com`; none without. */
  issue(...names: string[]): Issued {
    const san = names.length === 0 ? [] : ['-addext', `subjectAltName=${names.join(',')}`];
    const constraints = ['-addext', 'basicConstraints=critical,CA:FALSE'];
    return this.#make('Issued', [...constraints, ...san, '-CA', this.#own.certificate, '-CAkey', this.#own.key]);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #make(name: string, more: readonly string[]): Issued {
    const base = join(this.#folder, String(this.#issued++));
    const [certificate, key] = [`${base}.pem`, `${base}.key`];
    const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];
    const files = ['-keyout', key, '-out', certificate];
    try {
      execFileSync('openssl', ['req', '-x509', '-days', '2', ...fresh, ...files, '-subj', `/CN=${name}`, ...more], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    } catch (error) {
      throw new Error(`tests of TLS need the command openssl, version 3: ${(error as Error).message}`);
    }
    return { certificate, key };
  }
}

/** What a TLS client shows and believes. */
export const identity = ({ certificate, key }: Issued) => ({ cert: readFileSync(certificate), key: readFileSync(key) });
