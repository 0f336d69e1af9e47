type Row = readonly [files: string, ids: string];

/** Files of lib/, and the requirements that they obey. */
const ROWS: readonly Row[] = [
  // CCMP over HTTP
  ['http/transports.ts http/listeners.ts', 'H1'],
  ['http/certificates.ts', 'H2'],
  ['ccmp/http-rules.ts', 'H3 H7 H10 H11 H12'],
  ['ccmp/http-rules.ts ccmp/codec/messages.ts', 'H4'],
  ['ccmp/server.ts xml/parse.ts', 'H5'],
  ['ccmp/server.ts', 'H6 H9 H13 H19 M12 M15'],
  ['http/exchange.ts', 'H8'],
  ['http/request-queues.ts http/listener.ts', 'H14 H15'],
  ['http/authentication.ts ccmp/sender.ts', 'H16 Z1 Z13'],
  ['ccmp/overload.ts', 'H17'],
  ['http/body.ts conference/commits.ts', 'H18'],
  ['xml/limits.ts http/body.ts http/listener-limits.ts http/connections.ts', 'H20'],
  // Messages
  ['ccmp/codec/envelope.ts ccmp/codec/writer.ts', 'M1 M2 M3 M4 M9'],
  ['ccmp/codec/request.ts ccmp/sender.ts', 'M5 M6 M14'],
  ['ccmp/requests/index.ts', 'M7 M17 S3 X2'],
  ['conference/passwords.ts', 'M8'],
  ['ccmp/codec/response.ts ccmp/server.ts', 'M10 M11'],
  ['ccmp/requests/pair.ts ccmp/server.ts', 'M13'],
  ['ccmp/requests/pair.ts', 'M16'],
  ['conference/commits.ts conference/objects.ts', 'M18 V1 V2 V3'],
  ['model/shape.ts', 'M19 E1 E46 G6'],
  // Operations
  ['ccmp/requests/blueprints.ts ccmp/requests/entries.ts', 'B1 B3'],
  ['conference/filter.ts conference/object-lists.ts', 'B2 C3'],
  ['ccmp/requests/blueprint.ts conference/control.ts', 'B4 B5 B6 B7'],
  ['conference/blueprints.ts', 'B8'],
  ['ccmp/requests/confs.ts conference/object-lists.ts', 'C1 C2'],
  ['ccmp/requests/conf.ts conference/making.ts', 'C4 C5 C6 C7'],
  ['ccmp/requests/conf.ts conference/control.ts', 'C8 C12 C14'],
  ['ccmp/requests/conf.ts conference/updating.ts', 'C9 C10 C11'],
  ['conference/objects.ts', 'C13'],
  ['ccmp/requests/users.ts conference/roster.ts', 'S1 S2'],
  ['ccmp/requests/user.ts conference/joining.ts', 'U1 U2 U3 U4 U5'],
  ['conference/enrolment.ts', 'U6'],
  ['ccmp/sender.ts conference/standing.ts', 'U7 L9'],
  ['ccmp/requests/user.ts conference/target-user.ts', 'U8'],
  ['ccmp/requests/user.ts conference/user-update.ts', 'U9'],
  ['ccmp/requests/user.ts conference/leaving.ts', 'U10'],
  ['ccmp/requests/sidebars.ts conference/sidebar-views.ts', 'SB1 V4'],
  ['ccmp/requests/sidebar.ts conference/sidebars.ts', 'SB2 SB3 SB4 SB5 SB6 L7'],
  ['notification/watching.ts', 'SB7 N17'],
  ['ccmp/codec/envelope.ts ccmp/extensions/extension.ts', 'X1'],
  ['ccmp/requests/options.ts', 'O1 O2 O3'],
  ['ccmp/response-codes.ts ccmp/codec/codes.ts', 'R1'],
  ['ccmp/codec/codes.ts ccmp/client/errors.ts', 'R2'],
  // Changes
  ['conference/update.ts conference/sections.ts', 'G1 G2 G3 G4'],
  ['conference/updating.ts', 'G5'],
  ['conference/auto-generate.ts', 'A1 A2 A3 A4'],
  ['model/identifiers.ts', 'A5 E2 E3 E4 L1'],
  // Security
  ['ccmp/sender.ts directory/directory.ts', 'Z2 Z5 L10'],
  ['conference/rights.ts conference/access.ts', 'Z3 Z10 Z11'],
  ['conference/visibility.ts conference/views.ts', 'Z4 Z7 Z8 E41 E44'],
  ['directory/attempts.ts conference/passwords.ts', 'Z12'],
  ['directory/credentials.ts directory/key-file.ts', 'Z14'],
  ['conference/cloning.ts conference/sidebar-views.ts', 'Z15'],
  ['ccmp/client/discovery.ts', 'D1 D2'],
  // The data model
  ['model/conference-object.ts ccmp/requests/pair.ts', 'E5'],
  ['model/definitions.ts model/values.ts', 'E6 E18 E20 E21 E22 E23 E24 E26 E29 E38 E39 E42 E43'],
  ['conference/sidebars.ts', 'E7 E9 E45'],
  ['conference/cloning.ts', 'E8 L2 L3 L5'],
  ['model/definitions.ts schedule/base.ts', 'E10 E17'],
  ['model/definitions.ts conference/passwords.ts', 'E19'],
  ['conference/joining.ts', 'E25 E40'],
  ['conference/admission.ts', 'E27 E31 E32 E33 E34 E37'],
  ['conference/sections.ts', 'E30'],
  ['conference/lists.ts conference/enrolment.ts', 'E35'],
  // The life of an object
  ['conference/rights.ts conference/cloning.ts', 'L4'],
  ['conference/occurrence.ts', 'L6'],
  // Notification
  ['notification/content.ts', 'N2 N3 N4 N6 N13 N30'],
  ['notification/subscription.ts', 'N5 N7 N8 N9 N15'],
  ['xml/patch-diff.ts xml/patch.ts', 'N10'],
  ['xml/patch.ts xml/patch-selector.ts', 'N11'],
  ['sip/event/package.ts', 'N16 N25'],
  ['conference/sight.ts conference/control.ts', 'N19 N20 N21'],
  ['sip/event/notifier.ts', 'N23 N24 N26 N27'],
  ['notification/service.ts', 'N28'],
];

/** The files of lib/ in which each requirement is obeyed. */
export const OBEYED: ReadonlyMap<string, readonly string[]> = new Map(
  ROWS.flatMap(([files, ids]) => ids.split(' ').map((id) => [id, files.split(' ')] as const)),
);

export const OBEYED_IDS: readonly string[] = ROWS.flatMap(([, ids]) => ids.split(' '));
