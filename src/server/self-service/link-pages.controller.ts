import { Body, Controller, Get, Post, Query, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../access/index.js';
import { RequestedFrom, type RequestOrigin } from '../audit/request-origin.decorator.js';
import {
  badLinkPage,
  emailTakenPage,
  emailVerifiedPage,
  passwordResetPage,
  resetPasswordPage,
  verifyEmailPage,
} from '../browser/link-pages.js';
import { PageErrorFilter } from '../browser/page-error.filter.js';
import { sendPage } from '../browser/page.js';
import { DatabaseAnswers } from '../changes/database-answers.guard.js';
import { DomainError } from '../domain-error.js';
import { Form } from '../http/form.js';
import { EmailVerification } from './email-verification.js';
import { OpenedLinks } from './opened-links.js';
import { PasswordRecovery } from './password-recovery.js';

/**
 * The pages that mailed links open, for browsers; programs use `/auth/verify` and `/auth/reset-password`. To open one does
 * nothing, since whatever scans mails does so too: what is to be done is done by the form on it.
 */
@ApiExcludeController()
@Controller()
@Public()
@UseGuards(DatabaseAnswers)
@UseFilters(PageErrorFilter)
export class LinkPagesController {
  constructor(
    private readonly links: OpenedLinks,
    private readonly verification: EmailVerification,
    private readonly recovery: PasswordRecovery,
  ) {}

  @Get('verify-email')
  async showVerification(@Query('token') token: unknown, @Res() reply: FastifyReply): Promise<void> {
    const link = await this.links.open('verify-email', token);
    if (link) sendPage(reply, verifyEmailPage(link));
    else sendPage(reply, badLinkPage(), 400);
  }

  @Post('verify-email')
  async verify(
    @Body() body: unknown,
    @RequestedFrom() origin: RequestOrigin,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const token = fieldOf(body, 'token');
    try {
      sendPage(reply, emailVerifiedPage(await this.verification.verify(token, origin)));
    } catch (error) {
      if (isFaultOf(error, 'token')) sendPage(reply, badLinkPage(), 400);
      else if (isFaultOf(error, 'email')) sendPage(reply, emailTakenPage(), 409);
      else throw error;
    }
  }

  @Get('reset-password')
  async showReset(@Query('token') token: unknown, @Res() reply: FastifyReply): Promise<void> {
    const link = await this.links.open('reset-password', token);
    if (link) sendPage(reply, resetPasswordPage(link));
    else sendPage(reply, badLinkPage(), 400);
  }

  @Post('reset-password')
  async reset(
    @Body() body: unknown,
    @RequestedFrom() origin: RequestOrigin,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [token, password, repeated] = ['token', 'password', 'repeated'].map((name) => fieldOf(body, name));
    const link = await this.links.open('reset-password', token);
    if (!link) {
      sendPage(reply, badLinkPage(), 400);
    } else if (password !== repeated) {
      sendPage(reply, resetPasswordPage(link, { repeated: 'The two are not the same.' }), 400);
    } else {
      try {
        await this.recovery.reset(token!, password!, origin);
        sendPage(reply, passwordResetPage(link));
      } catch (error) {
        if (isFaultOf(error, 'token')) sendPage(reply, badLinkPage(), 400);
        else if (isFaultOf(error, 'password'))
          sendPage(reply, resetPasswordPage(link, { password: error.message }), 400);
        else throw error;
      }
    }
  }
}

/** What was typed into a field, verbatim; nothing where the body is no form. */
function fieldOf(body: unknown, name: string): string {
  return (body instanceof Form ? body.get(name) : undefined) ?? '';
}

function isFaultOf(error: unknown, path: string): error is DomainError {
  return error instanceof DomainError && error.errors?.[0]?.path === path;
}
