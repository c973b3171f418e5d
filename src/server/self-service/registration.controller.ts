import { Body, Controller, Header, HttpCode, Post, UseGuards } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiForbiddenResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Public } from '../../access/index.js';
import { RequestedFrom, type RequestOrigin } from '../audit/request-origin.decorator.js';
import { DatabaseAnswers } from '../changes/database-answers.guard.js';
import { Creates } from '../http/creates.decorator.js';
import { RegisterDto, RegisteredDto } from './registration.dto.js';
import { Registration } from './registration.js';

/** Accounts that people make of their own. */
@ApiTags('Self-service')
@Controller('auth/register')
@Public()
@UseGuards(DatabaseAnswers)
export class RegistrationController {
  constructor(private readonly registration: Registration) {}

  @Post()
  @HttpCode(201)
  @Header('Cache-Control', 'no-store')
  @Creates(RegisteredDto, () => '/users/me')
  @ApiOperation({
    operationId: 'register',
    summary: 'Make an account of one’s own',
    description:
      'As far as the setting `REGISTRATION` lets people. A mail with a link comes, by which the address is verified. Where ' +
      '`REQUIRE_VERIFIED_EMAIL` is on, that comes before the first login, and the answer is the same when the mail address ' +
      'or the user name is taken: its owner, or whoever registers, is told by mail. Where it is off, answers 409 then.',
  })
  @ApiBadRequestResponse({
    description: 'A field is wrong, the mail address is of another domain, or the password too easy.',
  })
  @ApiForbiddenResponse({ description: 'Registration is closed.' })
  @ApiConflictResponse({ description: 'The user name or the mail address is taken; `errors` tells which.' })
  register(@Body() person: RegisterDto, @RequestedFrom() origin: RequestOrigin): Promise<RegisteredDto> {
    return this.registration.register(person, origin);
  }
}
