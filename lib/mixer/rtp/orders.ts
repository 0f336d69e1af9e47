import type { Path } from '../mixer.ts';
import type { AudioAgreement } from '../sdp/negotiation.ts';
import type { RelayOptions } from './relay.ts';
import type { BridgeEnd, Route } from './route.ts';

/** What the thread that carries RTP is started with. */
export type RelayStart = RelayOptions;

/** What it is told. `leg` numbers legs, `speech` speeches. */
export type Order =
  | { readonly order: 'open'; readonly leg: number }
  | { readonly order: 'agree'; readonly leg: number; readonly agreement: AudioAgreement | undefined }
  | { readonly order: 'route'; readonly leg: number; readonly route: Route }
  | { readonly order: 'mute'; readonly leg: number; readonly path: Path; readonly muted: boolean }
  | { readonly order: 'amplify'; readonly leg: number; readonly factor: number }
  | { readonly order: 'close'; readonly leg: number }
  | {
      readonly order: 'speak';
      readonly speech: number;
      readonly end: BridgeEnd;
      readonly frames: readonly Uint8Array[];
    };

/** What it tells. */
export type Report =
  | { readonly report: 'started'; readonly inner: BridgeEnd }
  | { readonly report: 'opened'; readonly leg: number; readonly port: number }
  | { readonly report: 'full'; readonly leg: number; readonly text: string }
  | { readonly report: 'digit'; readonly leg: number; readonly digit: string }
  | { readonly report: 'talking'; readonly leg: number; readonly talking: boolean }
  | { readonly report: 'silent'; readonly leg: number }
  | { readonly report: 'spoken'; readonly speech: number };
