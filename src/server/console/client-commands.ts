import { Injectable } from '@nestjs/common';
import { ClientsQueryDto } from '../clients/client.dto.js';
import { ClientViews } from '../clients/client-view.js';
import { checked, text } from './checked.js';
import type { ConsoleHandlers } from './console-command.js';

/** What the console shows of the registered clients. */
@Injectable()
export class ClientCommands {
  readonly handlers: ConsoleHandlers = {
    'clients.list': async (args) => this.clients.list(await checked(ClientsQueryDto, args)),
    'clients.show': (args) => this.clients.get(text(args, 'clientId')),
  };

  constructor(private readonly clients: ClientViews) {}
}
