import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { difference } from '../conference/difference.ts';
import { classOf, type Sight } from '../conference/sight.ts';
import { viewOf } from '../conference/views.ts';
import type { PartName } from '../model/conference-object.ts';
import { PREFIXES, XCON, xcon } from '../model/names.ts';
import { XmlElement } from '../xml/element.ts';
import { serialize } from '../xml/serialize.ts';
import { closeTo, phoneContent, phoneSeesChange } from './conference-info.ts';
import { jsonDocument, jsonPatch } from './json.ts';
import type { Content, Format, Watcher } from './watching.ts';

/** A way from what a watcher has to what there is; without `touched` nobody knows any more what lies between. */
export interface Step {
  readonly before?: Sight;
  readonly touched?: readonly PartName[];
  readonly now: Sight;
}

/**
 * Makes what watchers are sent, once for all who see the same: a body belongs to an object, two versions, a class of
 * readers and a format.
 */
export class Contents {
  readonly #made: LRUCache<string, Made>;
  /** Asked for last: a change is told to one watcher after the other. */
  #last: { readonly step: Step; readonly format: Format; readonly made: Made } | undefined;
  readonly #hashes: LRUCache<string, string>;
  /** Named last: all who see the same share one sight. */
  #tagged: { readonly sight: Sight; readonly tag: string } | undefined;
  readonly #maxBody: number;

  /**
   * @param limits `bodies`: how many are kept for the next watcher who needs the same; `maxBody`: bytes above which a telephone is
   * told of himself and of those who run the conference only; `tags`: how many names of classes of readers are kept
   */
  constructor({ bodies, maxBody, tags }: { readonly bodies: number; readonly maxBody: number; readonly tags: number }) {
    this.#made = new LRUCache({ max: bodies });
    this.#hashes = new LRUCache({ max: tags });
    this.#maxBody = maxBody;
  }

  /** Names what somebody has who has been told of a sight. */
  tagOf(sight: Sight): string {
    if (this.#tagged?.sight !== sight) this.#tagged = { sight, tag: this.#makeTag(sight) };
    return this.#tagged.tag;
  }

  #makeTag(sight: Sight): string {
    const readers = classOf(sight);
    let hash = this.#hashes.get(readers);
    if (hash === undefined) {
      hash = createHash('sha256').update(readers).digest('base64url').slice(0, 12);
      this.#hashes.set(readers, hash);
    }
    return `${sight.object.version}.${hash}`;
  }

  /** Undefined when a watcher would be told what he knows; a promise while it is being made. */
  of(step: Step, { format, maxBody = Infinity }: Reading): Content | undefined | Promise<Content | undefined> {
    const { content } = this.#shared(step, format);
    const fitting = (one: Sharable): Content | undefined | Promise<Content | undefined> =>
      one === 'too large' || (format === 'conference-info' && one !== undefined && one.body.length > maxBody)
        ? excerpt(step)
        : one;
    return content instanceof Promise ? content.then(fitting) : fitting(content);
  }

  #shared(step: Step, format: Format): Made {
    const last = this.#last;
    const { before, now, touched } = step;
    if (
      last?.step.now === now &&
      last.step.before === before &&
      last.step.touched === touched &&
      last.format === format
    )
      return last.made;
    const made = this.#find(step, format);
    // What depends on sidebars is each watcher's own.
    if (now.sidebars.size === 0) this.#last = { step, format, made };
    return made;
  }

  #find(step: Step, format: Format): Made {
    const { before, now, touched } = step;
    const from = before && touched ? `${before.object.version} ${classOf(before)}` : '';
    const key = `${now.object.uri} ${from} > ${now.object.version} ${classOf(now)} ${format}`;
    let made = this.#made.get(key);
    if (made === undefined || now.sidebars.size > 0) {
      made = this.#make(step, format);
      this.#made.set(key, made);
    }
    return made;
  }

  #make(step: Step, format: Format): Made {
    const making = makeContent(step, format).then((content) => {
      const isTooLarge = format === 'conference-info' && content !== undefined && content.body.length > this.#maxBody;
      return (made.content = isTooLarge ? 'too large' : content);
    });
    const made: Made = { content: making };
    return made;
  }
}

/** How a watcher reads. */
type Reading = Pick<Watcher, 'format' | 'maxBody'>;

/** What was made, or is being made, for all who see the same. */
interface Made {
  content: Sharable | Promise<Sharable>;
}

type Sharable = Content | undefined | 'too large';

/** What of a large conference a telephone is told, each his own. */
async function excerpt({ before, touched, now }: Step): Promise<Content | undefined> {
  const keys = closeTo(now);
  if (before === undefined || touched === undefined || !sameShape(before, now))
    return { kind: 'full', body: await phoneContent(now, [], undefined, keys) };
  const close = new Set<string>([...keys, ...closeTo(before)]);
  const concerns = touched.filter(({ kind, key }) => kind !== 'user' || close.has(key));
  if (!phoneSeesChange(before, now, concerns)) return undefined;
  return { kind: 'full', body: await phoneContent(now, concerns, before, keys) };
}

async function makeContent({ before, touched, now }: Step, format: Format): Promise<Content | undefined> {
  const known =
    before !== undefined && touched !== undefined && sameShape(before, now) ? { before, touched } : undefined;
  if (format === 'conference-info') {
    if (known !== undefined && !phoneSeesChange(known.before, now, known.touched)) return undefined;
    return { kind: 'full', body: await phoneContent(now, known?.touched, known?.before) };
  }
  const ends = before?.object.header.active === true && !now.object.header.active;
  if (format === 'json') {
    const patch = known && jsonPatch(known.before, now, known.touched);
    if (patch !== undefined && Object.keys(patch).length === 0) return undefined;
    if (patch === undefined || ends) return { kind: 'full', body: Buffer.from(JSON.stringify(jsonDocument(now))) };
    return { kind: 'diff', body: Buffer.from(JSON.stringify(patch)) };
  }
  const operations = known && difference(known.before, now, known.touched);
  if (operations?.length === 0) return undefined;
  if (operations === undefined || ends || format === 'xcon-conference-info') {
    return { kind: 'full', body: await fullDocument(now) };
  }
  return { kind: 'diff', body: diffDocument(now.object.uri, operations) };
}

/** Where a watcher sees with other rights than before, nothing of what he was shown stands. */
const sameShape = (before: Sight, now: Sight): boolean =>
  before.reader.level === now.reader.level && before.reader.self === now.reader.self;

/** `application/xcon-conference-info+xml` (RFC 6502 §4). */
async function fullDocument(sight: Sight): Promise<Buffer> {
  const { attributes, content } = await viewOf(sight.object, sight.reader, sight.sidebars);
  const root = xcon('conference-info').withName('urn:ietf:params:xml:ns:conference-info', 'conference-info');
  const start = serialize(
    new XmlElement(
      root.namespace,
      root.local,
      [{ namespace: '', local: 'entity', value: sight.object.uri }, ...attributes],
      [],
      PREFIXES,
    ),
    { declaration: true },
  );
  return Buffer.concat([Buffer.from(start.replace(/\/>$/, '>')), ...content, Buffer.from('</info:conference-info>')]);
}

/** `application/xcon-conference-info-diff+xml` (RFC 6502 §5). */
function diffDocument(entity: string, operations: readonly XmlElement[]): Buffer {
  const attributes = [{ namespace: '', local: 'entity', value: entity }];
  const document = new XmlElement(XCON, 'conference-info-diff', attributes, operations, PREFIXES);
  return Buffer.from(serialize(document, { declaration: true }));
}
