import { expect } from 'chai';
import { DELIVERY } from '../../../lib/sip/event/delivery-machine.ts';
import type { DeliveryInput, DeliveryState } from '../../../lib/sip/event/delivery-machine.ts';
import { NOTIFIER } from '../../../lib/sip/event/notifier-machine.ts';
import type { NotifierInput, NotifierState } from '../../../lib/sip/event/notifier-machine.ts';
import { matrix } from './tables.ts';

const SUBSCRIPTION = `
            subscribe  grant       defer        refresh      change       end              fail
init        resp_wait  .           .            .            .            .                .
resp_wait   .          active/now  pending/now  .            .            terminated/last  terminated
pending     .          active/now  .            pending/now  .            terminated/last  terminated
active      .          .           .            active/now   active/soon  terminated/last  terminated
terminated  .          .           .            .            .            .                .
`;

const NOTIFYING = `
         soon       now            last           release    answered       refused        fail
quiet    held/hold  sent/sendHead  last/sendLast  sent/send  .              .              closed/close
held     .          sent/sendHead  last/sendLast  sent/send  .              .              closed/close
sent     behind     urgent         closing        .          quiet/rest     held/wait      closed/close
behind   .          urgent         closing        .          held/hold      held/wait      closed/close
urgent   .          .              closing        .          sent/sendHead  held/wait      closed/close
closing  .          .              .              .          last/sendLast  last/sendLast  closed/close
last     .          .              .              .          closed/close   closed/close   closed/close
closed   .          .              .              .          .              .              .
`;

describe('the notifier of a subscription (RFC 6665 §4.2.2) [N26]', () => {
  const { inputs, rows } = matrix(SUBSCRIPTION);
  for (const [state, cells] of rows)
    for (const [at, input] of inputs.entries())
      it(`${state} on ${input}: ${cells[at]!}`, () => {
        const step = NOTIFIER[state as NotifierState][input as NotifierInput];
        expect(step ? [step.next, step.notify].filter(Boolean).join('/') : '.').to.equal(cells[at]);
      });

  it('knows no other states', () => expect(Object.keys(NOTIFIER)).to.deep.equal(rows.map(([state]) => state)));
});

describe('NOTIFYs of a subscription [N8]', () => {
  const { inputs, rows } = matrix(NOTIFYING);
  for (const [state, cells] of rows)
    for (const [at, input] of inputs.entries())
      it(`${state} on ${input}: ${cells[at]!}`, () => {
        const step = DELIVERY[state as DeliveryState][input as DeliveryInput];
        expect(step?.join('/') ?? '.').to.equal(cells[at]);
      });

  it('know no other states', () => expect(Object.keys(DELIVERY)).to.deep.equal(rows.map(([state]) => state)));
});
