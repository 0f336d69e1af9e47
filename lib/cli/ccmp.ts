import { Command } from 'commander';
import { decodeResponse } from '../ccmp/codec/response.ts';
import { parse } from '../xml/parse.ts';
import { addClientOptions, withClient, type ClientOptions } from './client.ts';
import { readInput } from './input.ts';
import { CommandFailure, print } from './outcome.ts';

/** `plenary ccmp`: a request as somebody wrote it, an answer as the server wrote it. */
export const ccmp = (): Command =>
  addClientOptions(new Command('ccmp'))
    .description('send a CCMP request from a file and print the answer; any response code but 200 is a failure')
    .argument('<file>', 'an XML document; `-` is standard input')
    .action(async (file: string, options: ClientOptions) => {
      const request = await readInput(file);
      const answer = await withClient(options, (client) => client.sendText(request));
      print(answer.toString());
      const { code } = decodeResponse(parse(answer));
      if (code !== 200) throw new CommandFailure(`the server answered ${code}`);
    });
