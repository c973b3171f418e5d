import { Module } from '@nestjs/common';
import { FinanceModule } from './finance/finance.module.js';
import { HrModule } from './hr/hr.module.js';
import { MarketingModule } from './marketing/marketing.module.js';
import { SearchController } from './search/search.controller.js';
import { WelcomeController } from './welcome/welcome.controller.js';

/** Examples of guarded resources. A template for modules of one’s own, which take its place in `app.module.ts`. */
@Module({
  imports: [MarketingModule, FinanceModule, HrModule],
  controllers: [WelcomeController, SearchController],
})
export class DemoModule {}
