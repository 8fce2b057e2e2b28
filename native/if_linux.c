// SPDX-License-Identifier: Apache-2.0
#include "if_linux.h"

#include "netlink.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

static int if_request(struct ifreq *request, const char *name)
{
    memset(request, 0, sizeof(*request));
    if (strlen(name) >= IFNAMSIZ) {
        return -ENAMETOOLONG;
    }
    strcpy(request->ifr_name, name);
    return 0;
}

static int if_ioctl(int socket, unsigned long call, struct ifreq *request)
{
    return ioctl(socket, call, request) < 0 ? -errno : 0;
}

int if_index(int socket, const char *name)
{
    struct ifreq request;
    int status = if_request(&request, name);

    if (status == 0) {
        status = if_ioctl(socket, SIOCGIFINDEX, &request);
    }
    return status < 0 ? status : request.ifr_ifindex;
}

int if_mtu(int socket, const char *name)
{
    struct ifreq request;
    int status = if_request(&request, name);

    if (status == 0) {
        status = if_ioctl(socket, SIOCGIFMTU, &request);
    }
    return status < 0 ? status : request.ifr_mtu;
}

int if_set_mtu(int socket, const char *name, int bytes)
{
    struct ifreq request;
    int status = if_request(&request, name);

    if (status < 0 || if_mtu(socket, name) == bytes) {
        return status;
    }
    request.ifr_mtu = bytes;
    return if_ioctl(socket, SIOCSIFMTU, &request);
}

/* By netlink: the ioctl would want CAP_NET_ADMIN outside of any user namespace. */
static int if_set_link(int socket, const char *name, int attribute, __u32 value)
{
    struct netlink_request request;
    struct ifinfomsg message = {.ifi_family = AF_UNSPEC};
    int index = if_index(socket, name);

    if (index < 0) {
        return index;
    }
    message.ifi_index = index;
    netlink_begin(&request, RTM_NEWLINK, 0, &message, sizeof(message));
    netlink_add(&request, attribute, &value, sizeof(value));
    return netlink_call(socket, &request);
}

int if_set_txqueuelen(int socket, const char *name, int packets)
{
    struct ifreq request;
    int status = packets < 0 ? -EINVAL : if_request(&request, name);

    if (status == 0) {
        status = if_ioctl(socket, SIOCGIFTXQLEN, &request);
    }
    if (status < 0 || request.ifr_qlen == packets) {
        return status;
    }
    return if_set_link(socket, name, IFLA_TXQLEN, (__u32)packets);
}

int if_set_up(int socket, const char *name, bool up)
{
    struct ifreq request;
    int status = if_request(&request, name);

    if (status == 0) {
        status = if_ioctl(socket, SIOCGIFFLAGS, &request);
    }
    if (status < 0 || !(request.ifr_flags & IFF_UP) == !up) {
        return status;
    }
    request.ifr_flags = (short)(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
    return if_ioctl(socket, SIOCSIFFLAGS, &request);
}

static size_t address_bytes(int family)
{
    return family == AF_INET6 ? 16 : 4;
}

static int if_change_address(int socket, int type, int flags, const char *name, int family, const void *address,
                             int prefix_length)
{
    struct netlink_request request;
    struct ifaddrmsg message = {
        .ifa_family = (__u8)family,
        .ifa_prefixlen = (__u8)prefix_length,
        .ifa_flags = family == AF_INET6 ? IFA_F_NODAD : 0,
    };
    size_t length = address_bytes(family);
    int index = if_index(socket, name);

    if (index < 0) {
        return index;
    }
    message.ifa_index = (__u32)index;
    netlink_begin(&request, type, flags, &message, sizeof(message));
    netlink_add(&request, IFA_LOCAL, address, length);
    netlink_add(&request, IFA_ADDRESS, address, length);
    return netlink_call(socket, &request);
}

int if_add_address(int socket, const char *name, int family, const void *address, int prefix_length)
{
    return if_change_address(socket, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, name, family, address, prefix_length);
}

int if_remove_address(int socket, const char *name, int family, const void *address, int prefix_length)
{
    return if_change_address(socket, RTM_DELADDR, 0, name, family, address, prefix_length);
}

static int if_change_route(int socket, int type, int flags, const char *name, int family, const void *destination,
                           int prefix_length, const void *gateway, unsigned int metric)
{
    struct netlink_request request;
    struct rtmsg message = {
        .rtm_family = (unsigned char)family,
        .rtm_dst_len = (unsigned char)prefix_length,
        .rtm_table = RT_TABLE_MAIN,
        .rtm_protocol = RTPROT_STATIC,
        .rtm_scope = gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
        .rtm_type = RTN_UNICAST,
    };
    int index = if_index(socket, name);

    if (index < 0) {
        return index;
    }
    netlink_begin(&request, type, flags, &message, sizeof(message));
    netlink_add(&request, RTA_DST, destination, address_bytes(family));
    netlink_add(&request, RTA_OIF, &index, sizeof(index));
    if (gateway) {
        netlink_add(&request, RTA_GATEWAY, gateway, address_bytes(family));
    }
    if (metric) {
        netlink_add(&request, RTA_PRIORITY, &metric, sizeof(metric));
    }
    return netlink_call(socket, &request);
}

int if_add_route(int socket, const char *name, int family, const void *destination, int prefix_length,
                 const void *gateway, unsigned int metric)
{
    return if_change_route(socket, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, name, family, destination, prefix_length,
                           gateway, metric);
}

int if_remove_route(int socket, const char *name, int family, const void *destination, int prefix_length,
                    const void *gateway, unsigned int metric)
{
    return if_change_route(socket, RTM_DELROUTE, 0, name, family, destination, prefix_length, gateway, metric);
}
