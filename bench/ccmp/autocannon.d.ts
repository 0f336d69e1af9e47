declare module 'autocannon' {
  export interface Request {
    readonly body: Buffer;
    readonly headers: Readonly<Record<string, string>>;
  }
  export interface Client {
    setRequests(requests: readonly Request[]): void;
    on(event: 'body', listener: (body: Buffer) => void): void;
    on(event: 'response', listener: (status: number, bytes: number, milliseconds: number) => void): void;
  }
  export interface Options {
    readonly url: string;
    readonly method: 'POST';
    readonly connections: number;
    /** Seconds. */
    readonly duration?: number;
    /** Requests in all, instead of a duration. */
    readonly amount?: number;
    /** Milliseconds between two samples, at which a run may end. */
    readonly sampleInt?: number;
    /** For `tls.connect`. */
    readonly tlsOptions?: { readonly rejectUnauthorized: boolean };
    readonly setupClient: (client: Client) => void;
    readonly verifyBody?: (body: string) => boolean;
    /** Requests per second, of all connections together. */
    readonly overallRate?: number;
    /** Whether times count from when a request was sent, not from when it should have been. */
    readonly ignoreCoordinatedOmission?: boolean;
  }
  export interface Result {
    readonly requests: { readonly total: number };
    /** Seconds. */
    readonly duration: number;
    readonly latency: { readonly max: number };
    readonly errors: number;
    readonly timeouts: number;
    readonly mismatches: number;
    readonly non2xx: number;
  }
  export default function autocannon(options: Options): Promise<Result>;
}
