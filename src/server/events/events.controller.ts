import type { OutgoingHttpHeaders } from 'node:http';
import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bearerToken, CurrentUser, Protected } from '../../access/index.js';
import { Events, type Principal } from '../../policy/index.js';
import { POSITION } from '../changes/position.schema.js';
import { EventStreams } from './event-streams.js';

/** The stream by which connected applications hear of what died. */
@ApiTags('Connected applications')
@Controller('events')
@Protected(Events.subscribe)
export class EventsController {
  constructor(private readonly streams: EventStreams) {}

  @Get()
  @ApiOperation({
    operationId: 'subscribeToEvents',
    summary: 'Hear of what dies and changes',
    description:
      'Server-sent events. `opened` comes first, `drop` says which tokens, sessions, accounts, clients, keys or rights may ' +
      'not be trusted any more, and `heartbeat` up to which moment all has been told. The stream ends with its token, after ' +
      'a quarter of an hour, or when the instance can vouch for nothing; then open another with `Last-Event-ID`.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    schema: { type: 'string', ...POSITION },
    description: 'The id of the last event that was heard: what was missed since is told, unless `resumed` is false.',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'The events.', schema: { type: 'string' } })
  @ApiResponse({ status: 503, description: 'This instance hears no news now. `Retry-After` says when to try again.' })
  async subscribe(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentUser() principal: Principal,
    @Headers('last-event-id') lastEventId: string | undefined,
  ): Promise<void> {
    const acceptedAt = performance.now() - reply.elapsedTime;
    await this.streams.prepare(lastEventId);
    // A HEAD is answered by the same handler, and has no body to wait for.
    if (request.method === 'HEAD') {
      await reply.header('Content-Type', 'text/event-stream').header('Cache-Control', 'no-store').send();
      return;
    }
    reply.hijack();
    // Those of every answer, which a reply that is hijacked doesn't send by itself.
    const headers = reply.getHeaders() as OutgoingHttpHeaders;
    this.streams.add({ token: bearerToken(request)!, principal, acceptedAt, lastEventId }, reply.raw, headers);
  }
}
