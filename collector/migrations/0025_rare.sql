-- Few recordings have these: without an index of their own a list of them walks past all the others.

CREATE INDEX recording_in_trouble ON recording (site, rid DESC) WHERE trouble > 0;
CREATE INDEX recording_in_chat ON recording (site, rid DESC) WHERE conversation IS NOT NULL;
