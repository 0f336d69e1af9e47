import type { Call, ObjectAnswer } from '../conference/calls.ts';
import { defaultBlueprintUri, shippedBlueprints } from '../conference/blueprints.ts';
import type { ConferenceControl } from '../conference/control.ts';
import { Refusal } from '../conference/refusal.ts';
import { parseXconUri, type XconUri } from '../model/identifiers.ts';
import { PREFIXES } from '../model/names.ts';
import { parse, parseFragment, XmlError } from '../xml/parse.ts';
import { serialize } from '../xml/serialize.ts';
import type { XmlElement } from '../xml/element.ts';
import { AdministrationRefused, type Administration } from './administration.ts';

type BlueprintAdministration = Pick<
  Administration,
  'blueprints' | 'exportBlueprint' | 'importBlueprint' | 'removeBlueprint'
>;

/** The administration of blueprints; `call` is that of a system administrator. */
export function administerBlueprints(control: ConferenceControl, call: Call): BlueprintAdministration {
  return {
    async blueprints() {
      const entries = await control.blueprints(call);
      return entries.map(({ uri, displayText }) => ({ uri, ...(displayText !== undefined && { displayText }) }));
    },

    async exportBlueprint({ uri }) {
      const blueprint = await refusing(() => control.retrieveBlueprint(call, readUri(uri)));
      return { document: documentOf(blueprint) };
    },

    async importBlueprint({ document }) {
      const { uri } = await refusing(() => control.createBlueprint(call, readDocument(document)));
      return { uri };
    },

    async removeBlueprint({ uri }) {
      await refusing(() => control.deleteBlueprint(call, readUri(uri)));
    },
  };
}

/** Makes the blueprints that the server ships, in a domain that has none yet; the default one last, so none is left out. */
export async function shipBlueprints(control: ConferenceControl, call: Call, domain: string): Promise<void> {
  const standard = defaultBlueprintUri(domain);
  const present = await control.blueprints(call);
  if (present.some(({ uri }) => uri === standard)) return;
  const isStandard = (document: XmlElement) => document.attribute('entity') === standard;
  const documents = shippedBlueprints(domain).sort((one, other) => Number(isStandard(one)) - Number(isStandard(other)));
  for (const document of documents) {
    if (present.some(({ uri }) => uri === document.attribute('entity'))) continue;
    await control.createBlueprint(call, document);
  }
}

function readUri(text: string): XconUri {
  const uri = parseXconUri(text);
  if (uri === undefined) throw new AdministrationRefused(`${text} is not a URI like xcon:default@example.com`);
  return uri;
}

function readDocument(text: string): XmlElement {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof XmlError) throw new AdministrationRefused(error.message);
    throw error;
  }
}

function documentOf({ uri, view }: ObjectAnswer): string {
  const inside = Buffer.concat(view.content).toString();
  const bare = parseFragment(`<info:conference-info>${inside}</info:conference-info>`, PREFIXES);
  return serialize(bare.withAttributes(view.attributes).withAttribute('entity', uri), {
    prefixes: PREFIXES,
    declaration: true,
  });
}

async function refusing<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refusal) throw new AdministrationRefused(error.message);
    throw error;
  }
}
