export { catalogueOf, incompatibilities, type CatalogueEntry, type Incompatibility } from './catalogue.ts';
