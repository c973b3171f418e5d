import { Controller, Get, Query } from '@nestjs/common';
import { ApiExtension, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Protected } from '../../access/index.js';
import { authenticated } from '../../policy/index.js';
import { SearchQueryDto, SearchResultDto } from './search.dto.js';

const THE_ONLY_THING_THERE_IS = 'apple';

/** A route for everybody who is logged in, whatever they may do. */
@ApiTags('Search')
@ApiExtension('x-tag-description', 'For everybody who is logged in')
@Controller('search')
@Protected(authenticated)
export class SearchController {
  /**
   * Search
   * @remarks There is one thing to be found: `apple`.
   */
  @Get()
  @ApiOperation({ operationId: 'search' })
  search(@Query() { query }: SearchQueryDto): SearchResultDto {
    return { message: query === THE_ONLY_THING_THERE_IS ? `found ${query} in search` : `${query} not found in search` };
  }
}
