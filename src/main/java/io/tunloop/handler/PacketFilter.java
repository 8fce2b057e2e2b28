// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.packet.IpLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * Lets packets pass by a list of rules: the first whose match is true decides, and the default where none is.
 *
 * <pre>
 * PacketFilter.builder(IpOffset.PLAIN)
 *         .deny(PacketMatch.any().to("10.0.0.0/8").protocol(17).toPort(53))
 *         .allow(PacketMatch.any().from("10.1.0.0/16"))
 *         .build(PacketFilter.Verdict.DENY)
 *
 * packet ─► rule 1 ─► rule 2 ─► default ─► ALLOW: next handler
 *                                          DENY: released and counted
 * </pre>
 * <p>Ports are only in the first fragment of a packet. Where the addresses and the protocol of a rule match, and it is the
 * ports that are not there to be read,
 * <ul>
 *   <li>a later fragment passes by a rule that allows, and a rule that denies is skipped: it is of use to nobody but
 *       together with the first fragment, about which the ports decide;
 *   <li>a first fragment, or a whole packet, is dropped: it has been cut to get past rules like this one.
 * </ul>
 * The same holds for the protocol of a later IPv6 fragment, where an extension header that only the first one has hides it.
 *
 * <p>What is no sound IP packet is always dropped, and so is a message that is no {@code ByteBuf}: filter before a
 * {@code GsoSplitter}, where one look is enough for a frame of many packets. Not stateful.
 *
 * <p>Ownership: releases what it drops.
 * Thread: the channel's event loop only; the counters may be read by any.
 * Source: RFC 1858, RFC 7112 for fragments.
 */
public final class PacketFilter extends ChannelInboundHandlerAdapter {
    /** What becomes of a packet. */
    public enum Verdict {
        /** It goes on to the next handler. */
        ALLOW,
        /** It is dropped and counted. */
        DENY
    }

    private record Rule(PacketMatch match, Verdict verdict) {
        Rule {
            Objects.requireNonNull(match, "match");
        }
    }

    private final IpOffset offset;
    private final Rule[] rules;
    private final Verdict otherwise;
    private final IpLayout ip = new IpLayout();
    private final LongAdder denied = new LongAdder();
    private final LongAdder invalid = new LongAdder();

    private PacketFilter(IpOffset offset, List<Rule> rules, Verdict otherwise) {
        this.offset = offset;
        this.rules = rules.toArray(Rule[]::new);
        this.otherwise = Objects.requireNonNull(otherwise, "otherwise");
    }

    /** A builder without rules. */
    public static Builder builder(IpOffset offset) {
        return new Builder(offset);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf packet) || !parse(packet)) {
            invalid.increment();
            ReferenceCountUtil.release(message);
        } else if (verdict(packet, packet.readerIndex() + offset.bytes()) == Verdict.DENY) {
            denied.increment();
            packet.release();
        } else {
            ctx.fireChannelRead(packet);
        }
    }

    private boolean parse(ByteBuf packet) {
        int bytes = packet.readableBytes() - offset.bytes();
        return ip.parse(packet, packet.readerIndex() + offset.bytes(), bytes) && ip.isWithin(bytes);
    }

    private Verdict verdict(ByteBuf packet, int index) {
        for (Rule rule : rules) {
            switch (rule.match.of(ip, packet, index)) {
                case YES -> {
                    return rule.verdict;
                }
                case UNKNOWN -> {
                    if (!ip.isLaterFragment()) {
                        return Verdict.DENY;
                    }
                    if (rule.verdict == Verdict.ALLOW) {
                        return Verdict.ALLOW;
                    }
                }
                default -> {}
            }
        }
        return otherwise;
    }

    /** Packets that a rule, or the default, has dropped. */
    public long denied() {
        return denied.sum();
    }

    /** Messages dropped because they are no sound IP packets. */
    public long invalid() {
        return invalid.sum();
    }

    /** Collects rules in the order in which they are asked. */
    public static final class Builder {
        private final IpOffset offset;
        private final List<Rule> rules = new ArrayList<>();

        private Builder(IpOffset offset) {
            this.offset = Objects.requireNonNull(offset, "offset");
        }

        /** Packets that match pass, unless an earlier rule decides. */
        public Builder allow(PacketMatch match) {
            rules.add(new Rule(match, Verdict.ALLOW));
            return this;
        }

        /** Packets that match are dropped, unless an earlier rule decides. */
        public Builder deny(PacketMatch match) {
            rules.add(new Rule(match, Verdict.DENY));
            return this;
        }

        /** @param otherwise what becomes of packets that no rule matches */
        public PacketFilter build(Verdict otherwise) {
            return new PacketFilter(offset, rules, otherwise);
        }
    }
}
