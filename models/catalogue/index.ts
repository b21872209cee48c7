export { catalogueOf, incompatibilities, type CatalogueEntry } from './catalogue.ts';
