import { Module } from '@nestjs/common';
import { CommonPasswords } from './common-passwords.js';
import { PasswordRules } from './password-rules.js';
import { PasswordStrength } from './password-strength.js';
import { PasswordStrengthController } from './password-strength.controller.js';
import { StrengthThread } from './strength-thread.js';

/** What passwords must be, and how good they are. */
@Module({
  controllers: [PasswordStrengthController],
  providers: [CommonPasswords, PasswordRules, PasswordStrength, StrengthThread],
  exports: [PasswordRules, PasswordStrength],
})
export class PasswordsModule {}
