import type { Words } from './letter.ts';

type Row = readonly [label: string, lines: readonly string[]];

/** What every mail says, in its order; what is empty is left out. */
const rowsOf = ({ when, where, organizer, people }: Words): Row[] =>
  (
    [
      ['When', when],
      ['Join', where.map(({ uri, pin }) => (pin === undefined ? uri : `${uri}   PIN ${pin}`))],
      ['Organizer', organizer === undefined ? [] : [organizer]],
      ['Invited', people],
    ] as const
  ).filter(([, lines]) => lines.length > 0);

export function textOf(words: Words): string {
  const rows = rowsOf(words).map(([label, lines]) =>
    lines.map((line, at) => `${(at === 0 ? `${label}:` : '').padEnd(11)}${line}`).join('\n'),
  );
  const blocks = [words.headline, [`  ${words.title}`, ...rows].join('\n'), words.about, words.note];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

export function htmlOf(words: Words): string {
  const rows = rowsOf(words).map(
    ([label, lines]) =>
      `<tr><td style="padding:4px 16px 4px 0;color:#666;vertical-align:top">${label}</td>` +
      `<td style="padding:4px 0">${lines.map(linked).join('<br>')}</td></tr>`,
  );
  return [
    '<!DOCTYPE html>',
    '<html lang="en"><body style="font:15px/1.5 system-ui,sans-serif;color:#222;max-width:38em">',
    `<p>${escaped(words.headline)}</p>`,
    `<h2 style="font-size:20px;margin:16px 0 8px">${escaped(words.title)}</h2>`,
    `<table style="border-collapse:collapse">${rows.join('')}</table>`,
    ...(words.about === undefined ? [] : [`<p style="white-space:pre-wrap">${escaped(words.about)}</p>`]),
    ...(words.note === undefined ? [] : [`<p style="color:#666;font-size:13px">${escaped(words.note)}</p>`]),
    '</body></html>',
    '',
  ].join('\n');
}

/** Addresses that a telephone can be called by are links. */
const linked = (line: string): string =>
  escaped(line).replace(/^((?:sips?|tel|xmpp|https):[^\s"<>]+)/i, '<a href="$1">$1</a>');

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);
