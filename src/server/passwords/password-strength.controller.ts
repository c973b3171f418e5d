import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../access/index.js';
import { PasswordStrength } from './password-strength.js';
import { PasswordQuestionDto, PasswordStrengthDto } from './password-strength.dto.js';

/** For pages on which a password is chosen. */
@ApiTags('My account')
@Controller('auth/password-strength')
@Public()
export class PasswordStrengthController {
  constructor(private readonly strength: PasswordStrength) {}

  @Post()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'estimatePassword',
    summary: 'How good is a password?',
    description:
      'For a password that somebody is about to choose: whether it would be taken, and what would make it better. What ' +
      'is known of the person counts, as far as it is sent. Nothing is kept, and nothing is looked up.',
  })
  @ApiOkResponse({ type: PasswordStrengthDto, description: 'How good it is.' })
  of(@Body() { password, ...owner }: PasswordQuestionDto): Promise<PasswordStrengthDto> {
    return this.strength.of(password, owner);
  }
}
