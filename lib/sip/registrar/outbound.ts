import { PATH } from '../message/headers/index.ts';
import type { Request } from '../message/request.ts';

/**
 * Whether registrations that come by this way may name their flow (RFC 5626 §6): straight from the user agent, or through an edge
 * proxy that keeps flows. The edge proxy is the farthest of Path, since every proxy puts itself on top (RFC 3327 §5.2). `refused`: the
 * user agent relies on it.
 */
export function outboundSupport(request: Request): 'yes' | 'ignored' | 'refused' {
  if (request.vias.length === 1) return 'yes';
  const edge = request.all(PATH).at(-1)?.uri;
  if (edge?.kind === 'sip' && edge.parameters.has('ob')) return 'yes';
  return supportsOutbound(request) ? 'refused' : 'ignored';
}

export const supportsOutbound = (request: Request): boolean => request.supported.includes('outbound');
