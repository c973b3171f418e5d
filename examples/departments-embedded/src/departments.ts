import { Controller, Get } from '@nestjs/common';
import { definePermissions, Protected } from 'nest-gatehouse';

export const Data = definePermissions('data', { marketing: 'Marketing data', finance: 'Finance data', hr: 'HR data' });

@Controller('marketing')
@Protected(Data.marketing)
export class Marketing {
  @Get('data') data(): string {
    return 'marketing_data';
  }
}

@Controller('finance')
@Protected(Data.finance)
export class Finance {
  @Get('data') data(): string {
    return 'finance_data';
  }
}

@Controller('hr')
@Protected(Data.hr)
export class HumanResources {
  @Get('data') data(): string {
    return 'hr_data';
  }
}
