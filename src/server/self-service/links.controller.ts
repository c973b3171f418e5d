import { Body, Controller, Header, HttpCode, Post, UseGuards } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBadRequestResponse,
  ApiBody,
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Public } from '../../access/index.js';
import { RequestedFrom, type RequestOrigin } from '../audit/request-origin.decorator.js';
import { DatabaseAnswers } from '../changes/database-answers.guard.js';
import { DomainError } from '../domain-error.js';
import { EmailVerification } from './email-verification.js';
import { ForgotPasswordDto, RequestVerificationDto, ResetPasswordDto, VerifyDto } from './links.dto.js';
import { PasswordRecovery } from './password-recovery.js';

const NO_TELLING = 'The answer is the same, after the same time, whether there is such an account or not.';

/** Links that are mailed, and what they are good for. */
@ApiTags('Self-service')
@Controller('auth')
@Public()
@UseGuards(DatabaseAnswers)
export class LinksController {
  constructor(
    private readonly verification: EmailVerification,
    private readonly recovery: PasswordRecovery,
  ) {}

  @Post('verify/request')
  @HttpCode(202)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'requestVerification',
    summary: 'Ask for a link that verifies a mail address',
    description: `It is mailed if there is an account whose address is to be verified. ${NO_TELLING}`,
  })
  @ApiAcceptedResponse({ description: 'A mail is sent if there is anybody to send it to.' })
  async requestVerification(@Body() { email }: RequestVerificationDto, @RequestedFrom() origin: RequestOrigin) {
    await this.verification.request(email, origin);
  }

  @Post('verify')
  @HttpCode(204)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'verifyEmail',
    summary: 'Verify a mail address by a link',
    description:
      'The token of a link that was mailed: good for an hour, and once. Where the address was to replace another one, it ' +
      'does so now. Answers 409 when somebody else has taken it meanwhile.',
  })
  @ApiNoContentResponse({ description: 'The address is verified.' })
  @ApiBadRequestResponse({ description: 'The token isn’t good, or not any more.' })
  @ApiConflictResponse({ description: 'Another account has the address by now.' })
  async verify(@Body() { token }: VerifyDto, @RequestedFrom() origin: RequestOrigin): Promise<void> {
    await this.verification.verify(token, origin);
  }

  @Post('forgot-password')
  @HttpCode(202)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'forgotPassword',
    summary: 'Ask for a link that sets a new password',
    description: `Send \`email\` or \`username\`. The link is mailed if there is such an account, and its password is kept here. ${NO_TELLING}`,
  })
  @ApiBody({
    type: ForgotPasswordDto,
    examples: {
      email: { summary: 'By the mail address', value: { email: 'maria@example.com' } },
      username: { summary: 'By the user name', value: { username: 'maria' } },
    },
  })
  @ApiAcceptedResponse({ description: 'A mail is sent if there is anybody to send it to.' })
  @ApiBadRequestResponse({ description: 'A field is wrong, or there isn’t exactly one.' })
  async forgotPassword(
    @Body() { email, username }: ForgotPasswordDto,
    @RequestedFrom() origin: RequestOrigin,
  ): Promise<void> {
    const name = email ?? username;
    if (name === undefined || (email !== undefined && username !== undefined)) {
      const message = 'Send email or username, and not both';
      throw new DomainError('invalid', `${message}.`, { errors: [{ path: 'email', message }] });
    }
    await this.recovery.request(name, origin);
  }

  @Post('reset-password')
  @HttpCode(204)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'resetPassword',
    summary: 'Set a new password by a link',
    description:
      'The token of a link that was mailed: good for an hour, and once. All logins end, and the mail address is verified.',
  })
  @ApiNoContentResponse({ description: 'The password is set.' })
  @ApiBadRequestResponse({ description: 'The token isn’t good, or not any more; or the password is too easy.' })
  async resetPassword(
    @Body() { token, password }: ResetPasswordDto,
    @RequestedFrom() origin: RequestOrigin,
  ): Promise<void> {
    await this.recovery.reset(token, password, origin);
  }
}
