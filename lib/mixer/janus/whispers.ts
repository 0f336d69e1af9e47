import type { SidebarPart } from '../mixer.ts';

/** What the bookkeeping needs of a leg. */
interface Named {
  readonly name: string;
}

/** Who speaks and who hears in which sidebar, beside the conference (RFC 6504 §7.4). */
export class Whispers<Leg extends Named> {
  readonly #parts = new Map<Leg, { readonly sidebar: string; readonly part: SidebarPart }>();

  /** @returns whose ways change by it */
  set(leg: Leg, sidebar: string | undefined, part: SidebarPart | undefined): Leg[] {
    const before = this.#parts.get(leg)?.sidebar;
    if (sidebar === undefined || part === undefined) this.#parts.delete(leg);
    else this.#parts.set(leg, { sidebar, part });
    const concerned = [...this.#parts].filter(([, one]) => one.sidebar === before || one.sidebar === sidebar);
    return [...new Set([leg, ...concerned.map(([one]) => one)])];
  }

  /** A speaker's rooms: where each hearer hears him, and the sidebar itself, for those who are in it as a whole. */
  roomsOf(leg: Leg): readonly string[] {
    const { sidebar, part } = this.#parts.get(leg) ?? {};
    if (sidebar === undefined || part !== 'speaks') return [];
    return [sidebar, ...this.#all(sidebar, 'hears').map((hearer) => earOf(sidebar, hearer))];
  }

  /** The room where a hearer hears the conference and the speakers together; undefined while nobody speaks. */
  earOf(leg: Leg): string | undefined {
    const { sidebar, part } = this.#parts.get(leg) ?? {};
    const isNeeded = sidebar !== undefined && part === 'hears' && this.#all(sidebar, 'speaks').length > 0;
    return isNeeded ? earOf(sidebar, leg) : undefined;
  }

  /** He is not heard in the conference. */
  isAside(leg: Leg): boolean {
    return this.#parts.get(leg)?.part === 'speaks';
  }

  #all(sidebar: string, part: SidebarPart): Leg[] {
    return [...this.#parts].flatMap(([leg, one]) => (one.sidebar === sidebar && one.part === part ? [leg] : []));
  }
}

const earOf = (sidebar: string, { name }: Named): string => `${sidebar} for ${name}`;
