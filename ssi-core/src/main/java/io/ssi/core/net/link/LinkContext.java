package io.ssi.core.net.link;

import io.ssi.core.env.Env;

/** What all links of one node share. */
public record LinkContext(MessageCodec codec, Handlers handlers, Dispatcher dispatcher, Env env, LinkMeters meters) {}
