import { Controller, Get } from '@nestjs/common';

@Controller('marketing')
export class Marketing {
  @Get('data') data(): string {
    return 'marketing_data';
  }
}

@Controller('finance')
export class Finance {
  @Get('data') data(): string {
    return 'finance_data';
  }
}

@Controller('hr')
export class HumanResources {
  @Get('data') data(): string {
    return 'hr_data';
  }
}
