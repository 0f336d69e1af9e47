import ICAL from 'ical.js';

// Components and properties of ical.js change where they stand: what is shown elsewhere too is copied.

export const copied = (component: ICAL.Component): ICAL.Component =>
  new ICAL.Component(structuredClone(component.toJSON()) as unknown[]);

export const copiedProperty = (property: ICAL.Property): ICAL.Property =>
  new ICAL.Property(structuredClone(property.toJSON()) as never);
