import type { ConferenceControl } from '../conference/control.ts';
import type { People } from '../conference/people.ts';
import { section, type Config } from '../config.ts';
import { CommunicationBarring } from '../mmtel/barring.ts';
import { SimservsDocuments } from '../mmtel/documents.ts';
import { DocumentManagement } from '../mmtel/management.ts';
import type { SqliteStore } from '../store/sqlite/store.ts';

export interface BarringWiring {
  readonly config: Config;
  readonly store: SqliteStore;
  readonly control: ConferenceControl;
  readonly people: People;
  /** Milliseconds since 1970. */
  readonly date: () => number;
}

/** Communication barring as the conferencing system has it. */
export interface Barring {
  readonly documents: SimservsDocuments;
  readonly management: DocumentManagement;
  /** For who places calls. */
  readonly screening: CommunicationBarring;
}

/** From now on the conference control asks the rules of users. */
export async function openBarring({ config, store, control, people, date }: BarringWiring): Promise<Barring> {
  const { barring, ...limits } = section(config, 'mmtel');
  const documents = await SimservsDocuments.open(store.records('simservs'), limits);
  const screening = new CommunicationBarring({
    ...{ documents, people },
    domain: config.domain,
    now: date,
    barring: barring === 'any' ? 'any' : 'matching',
  });
  control.addArrivalGuard(screening.guard);
  return { documents, screening, management: new DocumentManagement(documents, people) };
}
